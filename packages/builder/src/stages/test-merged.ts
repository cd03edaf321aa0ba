import { type Criterion, type Evidence, listTasks, type Plan, renderPromptSection, type Task } from "@ccb/core";
import type { BuildWork, Workbench } from "../workbench.ts";
import type { MergeTest } from "../workplace/workplace.ts";
import { type CheckableCriterion, createCheckGround, isCheckable, lookAtAll } from "./_check-ground.ts";

/** Kinds that take long and measure a whole product; a merge does not wait for them, the phase's acceptance does. */
const slowKinds = new Set(["load", "browser"]);

/**
 * What the phase's criteria can say already of the tasks that are merged together with this one: undefined where that is nothing, else what runs them in a directory that holds the merged
 * files and resolves with what failed. Nothing of it is kept as evidence, since nothing of it is committed yet.
 */
export function planMergeTest(
  bench: Workbench,
  work: BuildWork,
  at: { phase: string; task: string },
): MergeTest | undefined {
  const { phase, task } = at;
  if (bench.options.skipTests) return undefined;
  const merged = new Set([...work.commits.keys(), task]);
  const ofPhase = work.criteria.filter(({ id }) => work.phaseOf.get(id) === phase);
  const criteria = chooseMergeCriteria({ plan: work.plan, criteria: ofPhase, merged });
  if (criteria.length === 0) return undefined;
  return async (directory) => {
    const ground = createCheckGround(bench, work, directory);
    try {
      const seen = await lookAtAll(bench, criteria, ({ id, check }) =>
        ground.run({ criterionId: id, phaseId: phase, check, commit: undefined }),
      );
      return seen.filter(({ passed }) => !passed);
    } finally {
      await ground.close();
    }
  };
}

/** The criteria whose every requirement is fulfilled by tasks that are merged, as far as they are quick. Pure. */
export function chooseMergeCriteria(from: {
  plan: Plan;
  criteria: readonly Criterion[];
  merged: ReadonlySet<string>;
}): CheckableCriterion[] {
  const open = new Set(
    listTasks(from.plan).flatMap(({ task }) => (from.merged.has(task.id) ? [] : task.requirementIds)),
  );
  return from.criteria
    .filter(isCheckable)
    .filter(({ check }) => !slowKinds.has(check.kind))
    .filter(({ requirementIds }) => requirementIds.length > 0 && !requirementIds.some((id) => open.has(id)));
}

/** What a session is told whose work does not pass together with what was merged while it ran. */
export function renderMergedTestPrompt(at: { task: Task; failed: readonly Evidence[] }): string {
  const { task, failed } = at;
  const order = [
    `Your work on task "${task.name}" (${task.id}) was put together with other work that was merged meanwhile. No line is in conflict, but the checks below fail on the result.`,
    "The files here are the result. Mend it so that both purposes are kept and the checks pass. Change nothing else, and take no test away to do so.",
  ];
  return [
    renderPromptSection({ name: "task", content: JSON.stringify(task) }),
    order.join("\n"),
    renderPromptSection({ name: "evidence", content: JSON.stringify(failed, null, 2) }),
  ].join("\n\n");
}
