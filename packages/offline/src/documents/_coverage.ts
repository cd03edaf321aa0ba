import { listTasks } from "@ccb/core";
import { list, table } from "./_markdown.ts";
import type { DocumentFacts } from "./read-facts.ts";

/** Which requirements the plan builds, by task. */
export function coverageTable(facts: DocumentFacts): string {
  const texts = new Map(facts.spec.requirements.map(({ id, text }) => [id, text]));
  return table(
    ["Task", "Requirements"],
    listTasks(facts.plan)
      .filter(({ task }) => task.requirementIds.length > 0)
      .map(({ task }) => [task.name, task.requirementIds.map((id) => (texts.has(id) ? `\`${id}\`` : id)).join(", ")]),
  );
}

/** What was left out, with the reason of each. */
export function waiverList(facts: DocumentFacts): string {
  const texts = new Map(facts.spec.requirements.map(({ id, text }) => [id, text]));
  return list(
    facts.plan.waivers.map(
      ({ requirementId, reason }) => `\`${requirementId}\` ${quote(texts.get(requirementId))}— ${reason}`,
    ),
  );
}

function quote(text: string | undefined): string {
  if (text === undefined) return "";
  return `“${text.length > 160 ? `${text.slice(0, 159)}…` : text}” `;
}

/** "12 of 14 requirements are built." */
export function coverageSentence(facts: DocumentFacts): string {
  const covered = new Set(facts.tasks.flatMap((task) => task.requirementIds)).size;
  const left = facts.plan.waivers.length;
  const total = covered + left;
  if (total === 0) return "The specification states no requirement that could be counted.";
  return `${covered} of ${total} requirements are planned and built; ${left === 1 ? "1 is" : `${left} are`} left out.`;
}
