import type { Evidence, Phase, Task } from "@ccb/core";

/** A session to run: a task of the plan, or the repair of a phase whose acceptance failed. */
export interface TaskSession {
  task: Task;
  phase: Phase;
  attempt: number;
  /** What the failed checks of the phase saw; only for a repair. */
  evidence: Evidence[];
  /** Why the attempt before this one failed. */
  earlierFailure: string | undefined;
}

/** How a session ended; only `done` has a commit. */
export type TaskSessionResult =
  | { outcome: "done"; commit: string; files: number; text: string }
  | { outcome: "failed"; retryable: boolean; reason: string }
  | { outcome: "stopped" }
  | { outcome: "budget-reached"; reason: string };
