import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { renderTaskPrompt } from "@ccb/agents";
import { type Criterion, renderPromptSection } from "@ccb/core";
import { renderMcpInstructions } from "@ccb/mcp";
import { describeResearch } from "../research/research-libraries.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { describeMemory } from "./_describe-memory.ts";
import { describeSubject } from "./_mcp-subject.ts";
import { chooseSpecification } from "./_specification-part.ts";
import type { TaskSession } from "./task-session.ts";
import { listUnavailable, templatesOf } from "./write-instructions.ts";

/** Tokens of the specification a session is given at once; it can read the rest in artifacts/specification.md. */
const specificationBudget = 60_000;
/** Characters of what an earlier task said at its end. */
const earlierResultLength = 4_000;

/** Everything a session is told: its prompt, and what is appended to Claude Code's system prompt. */
export async function describeTask(
  bench: Workbench,
  work: BuildWork,
  session: TaskSession & { attempt: number },
): Promise<{ prompt: string; systemAppend: string }> {
  const { intake } = bench;
  const { phase, task } = session;
  const requirements = intake.requirements.filter(({ id }) => task.requirementIds.includes(id));
  const criteria: Criterion[] = work.criteria.filter(
    (criterion) =>
      work.phaseOf.get(criterion.id) === phase.id &&
      (criterion.requirementIds.length === 0 ||
        criterion.requirementIds.some((id) => task.requirementIds.includes(id))),
  );
  const instructions = await readFile(join(bench.paths.root, "CLAUDE.md"), "utf8");
  const { prompt, systemAppend } = renderTaskPrompt({
    project: { name: intake.projectName, title: intake.specification.title },
    phase,
    task,
    requirements,
    criteria,
    context: chooseSpecification(bench, {
      task: { title: task.name, description: task.description, requirementIds: task.requirementIds },
      requirements: intake.requirements,
      budgetTokens: Math.floor(specificationBudget * session.contextShare),
    }),
    executorModel: bench.options.model,
    instructions,
    mcpInstructions: renderMcpInstructions({
      policy: bench.intake.mcpPolicy,
      servers: bench.servers,
      unavailable: listUnavailable(bench),
      phase,
      subject: describeSubject(session),
    }),
    evidence: session.evidence,
    attempt: session.attempt,
    ...(session.note === undefined ? {} : { earlierFailure: session.note }),
    ...templatesOf(bench),
  });
  const memory = await describeMemory(bench.paths, task);
  const research = await describeResearch(bench.paths.artifacts, phase.id);
  return { prompt: [prompt, ...describeEarlier(work, session), ...memory, ...research].join("\n\n"), systemAppend };
}

/** What the tasks that this one depends on said at their end. */
function describeEarlier(work: BuildWork, session: TaskSession): string[] {
  return session.task.dependsOn.flatMap((id) => {
    const text = work.outputs.get(id);
    return text
      ? [
          renderPromptSection({
            name: "earlier-result",
            attributes: { task: id },
            content: text.slice(0, Math.floor(earlierResultLength * session.contextShare)),
          }),
        ]
      : [];
  });
}
