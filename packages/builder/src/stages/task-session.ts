import type { Evidence, Phase, Task } from "@ccb/core";
import type { Attempt } from "../journal/run-table.ts";
import type { Failure } from "../recovery/failure.ts";

/** A session to run: a task of the plan, or the repair of a phase whose acceptance failed. */
export interface TaskSession {
  task: Task;
  phase: Phase;
  /** What the failed checks of the phase saw; only for a repair. */
  evidence: Evidence[];
  isRepair: boolean;
  /** What the attempt before this one came to, and what to do differently. */
  note: string | undefined;
  /** A session that changed no file counts as done. */
  mayChangeNothing: boolean;
  /** Share of the usual context that the session is given; smaller after an overflow. */
  contextShare: number;
  /** MCP servers that the session goes without. */
  withoutServers: string[];
}

/** How a session ended; only `done` has a commit. */
export type TaskSessionResult =
  | { outcome: "done"; commit: string; files: number; text: string; attempt: Attempt }
  | { outcome: "failed"; failure: Failure }
  | { outcome: "stopped" };
