import type { Usage } from "@ccb/core";
import type { ServedCall } from "../drive/start-lab-model.ts";

/** A row of the ledger, as far as it is compared with the model server's records. */
export interface LedgerRow {
  status: "answered" | "cut" | "failed" | "unknown";
  messageId: string | undefined;
  agent: string;
  task: string | undefined;
  usage: Usage;
}

/** An event of the journal. */
export interface JournalEvent {
  sequence: number;
  type: string;
  task: string | undefined;
  outcome: string | undefined;
}

/** One start of CCB in a run: what stood when it began. */
export interface CcbStart {
  /** Calls that the model server had seen. */
  callsBefore: number;
  /** Sequence of the last event in the journal. */
  eventsBefore: number;
  /** Tasks whose end was in the journal. */
  finishedTasks: string[];
}

/** What is left in the run's folder after the last process ended. */
export interface Leftovers {
  /** Command lines. */
  processes: string[];
  /** Temporary files and locks, relative to the run's folder. */
  files: string[];
  /** Worktrees beside the main one, and branches beside `main`. */
  worktrees: string[];
  branches: string[];
  /** True when the project's lock could not be taken. */
  locked: boolean;
}

/** Everything that is known of a run once it is over; plain data, so that what judges it can be tested with bad data. */
export interface RunFacts {
  /** How the last process of CCB ended, and the outcome its last `build-end` names. */
  exitCode: number | null;
  outcome: string | undefined;
  stderr: string;
  /** Path → hash of content, of the last commit. */
  tree: Record<string, string>;
  /** `git status --porcelain`. */
  uncommitted: string[];
  /** Values of the trailer CCB-Task, one a commit. */
  committedTasks: string[];
  events: JournalEvent[];
  starts: CcbStart[];
  /** Tasks that were opened again on purpose, because their requirement was changed. */
  reopened: string[];
  ledger: LedgerRow[];
  /** Reservations that nobody settled. */
  openReservations: number;
  calls: ServedCall[];
  leftovers: Leftovers;
  /** Lines in which SQLite and git name damage. */
  damage: string[];
}

/** A rule that did not hold. */
export interface Violation {
  rule: string;
  what: string;
}
