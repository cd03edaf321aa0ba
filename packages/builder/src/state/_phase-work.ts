import type { BuildState, PhaseState, TaskState, WorkEffect } from "./build-state.ts";
import { chooseTasks } from "./choose-tasks.ts";

/** A state and the work that follows from it, before it is known whether the work may start. */
export interface WorkStep {
  state: BuildState;
  work: WorkEffect[];
}

/** The next pieces of work in the phases, in order; none while the phase at hand waits for what is under way. */
export function startNextWork(state: BuildState): WorkStep {
  let current = state;
  for (const { id } of state.phases) {
    for (;;) {
      const phase = current.phases.find((candidate) => candidate.id === id);
      if (!phase || !isOpen(phase)) break;
      const step = workInPhase(current, phase);
      if (step) return step;
      current = closeTasks(current, phase);
    }
  }
  return { state: current, work: [] };
}

function isOpen({ status }: PhaseState): boolean {
  return status === "pending" || status === "building" || status === "checking" || status === "repairing";
}

/** Undefined when the phase has no task left that could run. */
function workInPhase(state: BuildState, phase: PhaseState): WorkStep | undefined {
  if (phase.status === "checking") return { state, work: [{ type: "check-phase", phase: phase.id }] };
  if (phase.status === "repairing") return { state, work: [{ type: "repair-phase", phase: phase.id }] };
  const chosen = chooseTasks(state, phase);
  if (chosen.length === 0) {
    return phase.tasks.some((task) => task.status === "running") ? { state, work: [] } : undefined;
  }
  const started = new Set(chosen.map(({ id }) => id));
  const tasks = phase.tasks.map((task): TaskState => {
    if (!started.has(task.id)) return task;
    const { delayMs: _waited, ...rest } = task;
    return { ...rest, status: "running", attempts: task.attempts + 1 };
  });
  const work = chosen.map(
    ({ id, attempts, delayMs = 0 }): WorkEffect => ({
      type: "run-task",
      phase: phase.id,
      task: id,
      attempt: attempts + 1,
      delayMs,
    }),
  );
  return { state: replacePhase(state, phase.id, { tasks, status: "building" }), work };
}

/** No task of the phase can run any more: those left are skipped, and the phase is checked unless nothing was built. */
function closeTasks(state: BuildState, phase: PhaseState): BuildState {
  const tasks = phase.tasks.map(
    (task): TaskState => (task.status === "pending" ? { ...task, status: "skipped" } : task),
  );
  const isNothingDone = tasks.every((task) => task.status !== "done");
  const isIncomplete = tasks.some((task) => task.status !== "done");
  const unchecked = isIncomplete ? "failed" : "unverified";
  const status = isNothingDone ? "failed" : state.policy.skipTests ? unchecked : "checking";
  return replacePhase(state, phase.id, { tasks, status });
}

/** Work that is not started after all: its tasks are pending again, and their attempt is not counted. */
export function stopStarting(state: BuildState, work: readonly WorkEffect[]): BuildState {
  const unstarted = new Set(work.flatMap((effect) => (effect.type === "run-task" ? [effect.task] : [])));
  if (unstarted.size === 0) return state;
  const tasksOf = (phase: PhaseState) =>
    phase.tasks.map(
      (task): TaskState =>
        unstarted.has(task.id) ? { ...task, status: "pending", attempts: task.attempts - 1 } : task,
    );
  return { ...state, phases: state.phases.map((phase) => ({ ...phase, tasks: tasksOf(phase) })) };
}

export function findTask(state: BuildState, id: string): TaskState | undefined {
  return state.phases.flatMap((phase) => phase.tasks).find((task) => task.id === id);
}

/** The state with one task changed. */
export function setTaskStatus(
  state: BuildState,
  id: string,
  change: TaskState["status"] | Partial<TaskState>,
): BuildState {
  const fields = typeof change === "string" ? { status: change } : change;
  const tasksOf = (phase: PhaseState) => phase.tasks.map((task) => (task.id === id ? { ...task, ...fields } : task));
  return { ...state, phases: state.phases.map((phase) => ({ ...phase, tasks: tasksOf(phase) })) };
}

/** The state with some fields of one phase changed. */
export function replacePhase(state: BuildState, id: string, fields: Partial<PhaseState>): BuildState {
  return { ...state, phases: state.phases.map((phase) => (phase.id === id ? { ...phase, ...fields } : phase)) };
}
