import { CcbError } from "@ccb/core";
import type { RunningBuild } from "./running-build.ts";
import { saveTask } from "./stages/reuse-task.ts";
import { runTaskSession } from "./stages/run-task.ts";
import type { TaskSession, TaskSessionResult } from "./stages/task-session.ts";

type DoneSession = Extract<TaskSessionResult, { outcome: "done" }>;

/** Runs a session; its result, its end, the end of its attempt and what `onDone` tells are journalled as one. */
export async function runSession(
  running: RunningBuild,
  session: TaskSession,
  onDone?: (result: DoneSession) => void,
): Promise<Exclude<TaskSessionResult, { outcome: "stopped" }>> {
  const { bench, work } = running;
  const { phase, task } = session;
  const startedMs = bench.clock.monotonicMs();
  const result = await runTaskSession(bench, work, session);
  if (result.outcome === "stopped")
    throw bench.signal.reason ?? new CcbError({ code: "stopped", message: "The session was stopped." });
  const isDone = result.outcome === "done";
  const durationMs = Math.round(bench.clock.monotonicMs() - startedMs);
  if (isDone) running.taskTimes.set(task.id, { startedMs, durationMs });
  bench.atomically(() => {
    if (isDone) {
      if (!session.isRepair) saveTask(bench, { task, phase }, result);
      result.attempt.end("done");
    }
    bench.emit({
      type: "task-end",
      phase: phase.id,
      task: task.id,
      outcome: result.outcome,
      reason: isDone ? "committed" : result.failure.reason,
      commit: isDone ? result.commit : undefined,
      files: isDone ? result.files : 0,
      durationMs,
    });
    if (isDone) onDone?.(result);
  });
  return result;
}
