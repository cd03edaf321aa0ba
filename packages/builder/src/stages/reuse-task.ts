import type { Phase, Plan, Task } from "@ccb/core";
import type { Workbench } from "../workbench.ts";
import { pickRequirements } from "./_requirements-of.ts";

/** What the journal keeps of a finished task. */
export interface FinishedTask {
  commit: string;
  files: number;
  text: string;
}

/** The journalled result of a task for the same task and requirements, if its commit is still in the history. */
export async function reuseTask(bench: Workbench, at: { task: Task; phase: Phase }): Promise<FinishedTask | undefined> {
  const known = bench.journal.find<FinishedTask>(`task:${at.task.id}`, inputsOf(bench, at));
  return known && (await bench.repository.isInHistory(known.commit)) ? known : undefined;
}

/** The tasks of a plan that were finished in an earlier run, with their commits. */
export async function listFinishedTasks(bench: Workbench, plan: Plan): Promise<({ id: string } & FinishedTask)[]> {
  const found: ({ id: string } & FinishedTask)[] = [];
  for (const phase of plan.phases) {
    for (const task of phase.tasks) {
      const finished = await reuseTask(bench, { task, phase });
      if (finished) found.push({ id: task.id, ...finished });
    }
  }
  return found;
}

/** Journals a finished task under what it was made from. */
export function saveTask(bench: Workbench, at: { task: Task; phase: Phase }, finished: FinishedTask): void {
  const { commit, files, text } = finished;
  bench.journal.save(`task:${at.task.id}`, inputsOf(bench, at), { commit, files, text });
}

function inputsOf(bench: Workbench, at: { task: Task; phase: Phase }) {
  const requirements = pickRequirements(bench.intake.requirements, at.task.requirementIds);
  return { task: at.task, phase: at.phase.id, requirements: requirements.map(({ id, hash }) => [id, hash]) };
}
