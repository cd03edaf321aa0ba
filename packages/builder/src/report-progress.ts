import type { RunningBuild } from "./running-build.ts";
import { estimateRemainingMs, type TaskProgress } from "./state/estimate-remaining.ts";

/** Notes that a task of this run begins. */
export function startTaskTime(running: RunningBuild, task: string): void {
  const startedMs = running.bench.clock.monotonicMs();
  running.firstTaskMs ??= startedMs;
  running.taskTimes.set(task, { startedMs, durationMs: undefined });
}

/** Tells how far the chosen phases are, and how long the rest will probably take. */
export function reportProgress(running: RunningBuild): void {
  const { bench, state, work, startedMs, taskTimes } = running;
  const nowMs = bench.clock.monotonicMs();
  const leftOut = new Set(state.phases.flatMap((phase) => (phase.status === "left-out" ? [phase.id] : [])));
  const chosen = work.plan.phases.filter((phase) => !leftOut.has(phase.id)).flatMap((phase) => phase.tasks);
  const tasks = chosen.map((task): TaskProgress => {
    const time = taskTimes.get(task.id);
    if (work.commits.has(task.id)) {
      return { task, status: "done", ...(time?.durationMs === undefined ? {} : { durationMs: time.durationMs }) };
    }
    return time ? { task, status: "running", runningMs: nowMs - time.startedMs } : { task, status: "pending" };
  });
  const elapsedMs = nowMs - (running.firstTaskMs ?? nowMs);
  const remainingMs = estimateRemainingMs({ tasks, parallelTasks: bench.parallelTasks, elapsedMs });
  if (remainingMs !== undefined) running.predictions.push({ atMs: elapsedMs, remainingMs });
  bench.emit({
    type: "progress",
    doneTasks: tasks.filter(({ status }) => status === "done").length,
    totalTasks: tasks.length,
    costMicroUsd: bench.ledger.totals().costMicroUsd,
    elapsedMs: Math.round(nowMs - startedMs),
    remainingMs,
  });
}
