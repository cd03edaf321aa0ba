import type { Criterion } from "@ccb/core";
import { offlineLabel } from "../offline-label.ts";
import type { PromptRequirement } from "../request/read-prompt.ts";
import { checkFromText } from "./check-from-text.ts";

const letters = { functional: "FC", performance: "PC", security: "SC", integration: "IC" } as const;

/** Numbers criteria by category: FC001, SC001, … */
export function createCriterionIds(): (category: Criterion["category"]) => string {
  const counts = new Map<string, number>();
  return (category) => {
    const number = (counts.get(category) ?? 0) + 1;
    counts.set(category, number);
    return `${letters[category]}${String(number).padStart(3, "0")}`;
  };
}

/** A criterion for each requirement, with a check where its words name one and else with what a person has to do. */
export function writeCriteria(
  requirements: readonly PromptRequirement[],
  options: { takeId: (category: Criterion["category"]) => string; rawText: (requirement: PromptRequirement) => string },
): Criterion[] {
  return requirements.map((requirement) => {
    const { id, text, kind, lines } = requirement;
    const category = kind === "constraint" ? "functional" : kind;
    const raw = options.rawText(requirement);
    const found = checkFromText(raw);
    return {
      id: options.takeId(category),
      category,
      description: text.length > 300 ? `${text.slice(0, 299)}…` : text,
      steps: found ? [] : manualSteps(requirement),
      expectedResult: found?.expected ?? `What ${id} states holds: ${text.slice(0, 300)}`,
      validationMethod:
        found?.method ??
        `manual: ${offlineLabel}; the words of ${id} (line ${lines[0]}) name no endpoint, file or command that it could check. A person follows the steps.`,
      testData: [...raw.matchAll(/`([^`\n]{1,80})`|"([^"\n]{1,80})"/g)]
        .map((match) => match[1] ?? match[2] ?? "")
        .slice(0, 5),
      requirementIds: [id],
      check: found?.check ?? null,
    };
  });
}

const waysToJudge = {
  functional: "Do what the sentence describes, once as intended and once with wrong input.",
  performance:
    "Measure the value the sentence names under the load it names, at least 30 times, and compare the slowest tenth.",
  security: "Try to do what the sentence forbids, without rights, with wrong rights and with forged input.",
  integration: "Connect the other system, then switch it off and let it answer wrongly.",
  constraint: "Look at the code, its dependencies and its configuration.",
} as const;

function manualSteps({ kind, lines }: PromptRequirement): string[] {
  return [
    "Start the product as its README says.",
    `Read line ${lines[0]} of the specification.`,
    waysToJudge[kind],
    "Compare what you saw with the sentence.",
  ];
}
