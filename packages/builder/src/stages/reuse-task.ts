import type { Phase, Plan, Task } from "@ccb/core";
import { hashInputs } from "../journal/hash-inputs.ts";
import type { Workbench } from "../workbench.ts";
import { pickRequirements } from "./_requirements-of.ts";

/** What the journal keeps of a finished task. */
export interface FinishedTask {
  commit: string;
  files: number;
  text: string;
}

export interface FoundTask extends FinishedTask {
  id: string;
  phase: string;
}

interface TaskPlace {
  task: Task;
  phase: Phase;
}

/**
 * The tasks of a plan that are finished, with their commits: those whose newest commit in the history carries the hash of what they are made from now. The journal may not have
 * it (the process died between the two, or the journal was lost); an older commit does not count, since the newer one has changed what it made.
 */
export async function listFinishedTasks(bench: Workbench, plan: Plan): Promise<FoundTask[]> {
  const reading = bench.repository.listTaskCommits();
  // What the journal knows is looked up while git reads the history.
  const rows = plan.phases.flatMap((phase) =>
    phase.tasks.map((task) => {
      const inputs = inputsOf(bench, { task, phase });
      return { task, phase, hash: shorten(hashInputs(inputs)), known: findKnown(bench, task, inputs) };
    }),
  );
  const newest = new Map((await reading).toReversed().map(({ task, inputs, commit }) => [task, { inputs, commit }]));
  return rows.flatMap(({ task, phase, hash, known }) => {
    const last = newest.get(task.id);
    if (last?.inputs !== hash) return [];
    const finished = known?.commit === last.commit ? known : adopt(bench, { task, phase }, last.commit);
    return [{ id: task.id, phase: phase.id, ...finished }];
  });
}

function findKnown(bench: Workbench, task: Task, inputs: unknown): FinishedTask | undefined {
  return bench.journal.find<FinishedTask>(`task:${task.id}`, inputs);
}

function adopt(bench: Workbench, place: TaskPlace, commit: string): FinishedTask {
  const finished = { commit, files: 0, text: place.task.name };
  saveTask(bench, place, finished);
  return finished;
}

/** Journals a finished task under what it was made from. */
export function saveTask(bench: Workbench, at: TaskPlace, finished: FinishedTask): void {
  const { commit, files, text } = finished;
  bench.journal.save(`task:${at.task.id}`, inputsOf(bench, at), { commit, files, text });
}

/** What a task is made from, as one hash; it stands in the trailer of its commit. */
export function hashTaskInputs(bench: Workbench, at: TaskPlace): string {
  return shorten(hashInputs(inputsOf(bench, at)));
}

/** As many digits of a hash as a trailer holds. */
function shorten(hash: string): string {
  return hash.slice(0, 32);
}

function inputsOf(bench: Workbench, at: TaskPlace) {
  const requirements = pickRequirements(bench.intake.requirements, at.task.requirementIds);
  const generation = bench.generations.get(at.task.id);
  // Requirements count by what they say: one that only moved, and got another id by that, reopens nothing.
  const { requirementIds: _ids, ...task } = at.task;
  return {
    task,
    phase: at.phase.id,
    requirements: requirements.map(({ hash }) => hash).sort(),
    ...(generation === undefined ? {} : { generation }),
  };
}
