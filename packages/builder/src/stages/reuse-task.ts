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
 * The tasks of a plan that are finished, with their commits: those the journal has for the same task and requirements whose commit is in the history, and those whose
 * commit is there with the hash of the same inputs although the journal does not have it (the process died between the two, or the journal was lost).
 */
export async function listFinishedTasks(bench: Workbench, plan: Plan): Promise<FoundTask[]> {
  const inHistory = await bench.repository.listTaskCommits();
  const commits = new Set(inHistory.map(({ commit }) => commit));
  const byInputs = new Map(inHistory.toReversed().map(({ task, inputs, commit }) => [`${task} ${inputs}`, commit]));
  const found: FoundTask[] = [];
  for (const phase of plan.phases) {
    for (const task of phase.tasks) {
      const place = { task, phase };
      const known = bench.journal.find<FinishedTask>(`task:${task.id}`, inputsOf(bench, place));
      const adopted = byInputs.get(`${task.id} ${hashTaskInputs(bench, place)}`);
      if (known && commits.has(known.commit)) found.push({ id: task.id, phase: phase.id, ...known });
      else if (adopted) found.push({ id: task.id, phase: phase.id, ...adopt(bench, place, adopted) });
    }
  }
  return found;
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
  return hashInputs(inputsOf(bench, at)).slice(0, 32);
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
