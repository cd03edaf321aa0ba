import type { BuildState, PhaseState, TaskState } from "./build-state.ts";

/**
 * The tasks of a phase that can start now beside those that run: dependencies done, a worker free, and no declared file in common with a running task. Pure, in
 * the order of the plan. A task that declares no file may change any, so it runs alone.
 */
export function chooseTasks(state: BuildState, phase: PhaseState): TaskState[] {
  const running = phase.tasks.filter((task) => task.status === "running");
  const chosen: TaskState[] = [];
  const done = listDone(state);
  for (const task of phase.tasks) {
    if (running.length + chosen.length >= state.policy.parallelTasks) break;
    if (task.status !== "pending" || !task.dependsOn.every((id) => done.has(id))) continue;
    if ([...running, ...chosen].some((other) => mayTouchTheSame(task.files, other.files))) continue;
    chosen.push(task);
  }
  return chosen;
}

/** A dependency in a phase that is left out counts as met: the caller has checked that it was built before. */
function listDone(state: BuildState): Set<string> {
  const done = new Set<string>();
  for (const phase of state.phases) {
    for (const task of phase.tasks) {
      if (task.status === "done" || phase.status === "left-out") done.add(task.id);
    }
  }
  return done;
}

/** True where one of the paths is the other or a folder above it, or where one side declares nothing. */
export function mayTouchTheSame(left: readonly string[], right: readonly string[]): boolean {
  if (left.length === 0 || right.length === 0) return true;
  const others = right.map(normalisePath);
  return left.map(normalisePath).some((path) => others.some((other) => isWithin(path, other) || isWithin(other, path)));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`) || folder === "";
}

/** Lower case, because two names may be one file on a disk that does not tell them apart; a pattern counts as the folder it starts in. */
function normalisePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.toLowerCase().split(/[/\\]+/)) {
    if (part === "" || part === ".") continue;
    if (/[*?[{]/.test(part)) break;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
