import type { Task } from "@ccb/core";

/** How much longer a task of a size takes than a small one; a starting assumption, until builds are measured. */
const weightOf: Record<Task["size"], number> = { S: 1, M: 2, L: 3 };

/** Milliseconds until all tasks are done, from the time per weight so far; undefined before the first one is done. */
export function estimateRemainingMs(progress: { done: Task[]; all: Task[]; elapsedMs: number }): number | undefined {
  const weigh = (tasks: Task[]) => tasks.reduce((sum, task) => sum + weightOf[task.size], 0);
  const done = weigh(progress.done);
  if (done === 0) return undefined;
  return Math.round((progress.elapsedMs / done) * (weigh(progress.all) - done));
}
