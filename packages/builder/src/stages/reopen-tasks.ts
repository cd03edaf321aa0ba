import { CcbError, listTasks, type Plan } from "@ccb/core";
import type { Workbench } from "../workbench.ts";

/** Ids of the tasks from a phase or a task on, in the order of the plan. Pure. CcbError `usage` for an id the plan does not have. */
export function listTasksFrom(plan: Plan, from: { phase: string | undefined; task: string | undefined }): string[] {
  const tasks = listTasks(plan);
  const starts = [
    from.phase === undefined ? undefined : tasks.findIndex(({ phaseId }) => phaseId === from.phase),
    from.task === undefined ? undefined : tasks.findIndex(({ task }) => task.id === from.task),
  ].filter((start) => start !== undefined);
  if (starts.includes(-1)) {
    const phases = plan.phases.map(({ id }) => id).join(", ");
    throw new CcbError({
      code: "usage",
      message: `The plan has no ${starts[0] === -1 && from.phase !== undefined ? `phase "${from.phase}"` : `task "${from.task}"`}.`,
      hint: `Its phases are: ${phases}. Its tasks: ${tasks.map(({ task }) => task.id).join(", ")}.`,
    });
  }
  return starts.length === 0 ? [] : tasks.slice(Math.max(...starts)).map(({ task }) => task.id);
}

const step = "generations";

/** How often each task was reopened so far. */
export function readGenerations(bench: Pick<Workbench, "journal">): Map<string, number> {
  return new Map(Object.entries(bench.journal.latest<Record<string, number>>(step) ?? {}));
}

/** Marks finished tasks as to be done again; kept in the journal, so that it holds over any stop. */
export function reopenTasks(bench: Workbench, ids: readonly string[]): void {
  if (ids.length === 0) return;
  for (const id of ids) bench.generations.set(id, (bench.generations.get(id) ?? 0) + 1);
  const generations = Object.fromEntries(bench.generations);
  bench.journal.save(step, generations, generations);
}
