import type { BuildEvent, BuildLifecycle, BuildOutcome, BuildStage } from "@ccb/core";
import type { LockHolder } from "@ccb/store";

/** A task as far as a build has come with it. */
export interface TaskStatus {
  id: string;
  name: string;
  /** A session that mends what the checks of a phase saw; it is no task of the plan. */
  isRepair: boolean;
  /** cut: its session ran when CCB was killed or stopped; it is done again. */
  status: "pending" | "running" | "done" | "failed" | "cut";
  /** 0 before the first. */
  attempt: number;
  /** ISO 8601, of the attempt that runs. */
  startedAt: string | undefined;
  /** Of the last attempt that ended. */
  durationMs: number | undefined;
  /** What a running one does just now. */
  activity: string | undefined;
  /** Why it failed. */
  reason: string | undefined;
  commit: string | undefined;
}

export interface PhaseStatus {
  id: string;
  name: string;
  /** built: all its tasks are done, and its criteria were not checked (yet). */
  status: "pending" | "building" | "built" | "accepted" | "not-accepted";
  tasks: TaskStatus[];
  criteria: { passed: number; failed: number; total: number };
}

/** Where the build of a project directory stands. Plain data. */
export interface BuildStatus {
  directory: string;
  build: string;
  project: string;
  model: string | undefined;
  /** What holds the sessions of the last run to the project; undefined where it is not known. */
  confinement: { kind: "bubblewrap" | "off"; reason: string } | undefined;
  /** ISO 8601, when the build was first started. */
  startedAt: string;
  /** interrupted: it has not ended, and no process works on it. */
  state: "running" | "pausing" | "paused" | "interrupted" | "ended";
  lifecycle: BuildLifecycle;
  stage: BuildStage | undefined;
  /** How it ended, and why. */
  outcome: BuildOutcome | undefined;
  reason: string | undefined;
  /** The process that holds the project's lock. */
  holder: LockHolder | undefined;
  phases: PhaseStatus[];
  /** Of the plan; repairs are left out. */
  tasks: { done: number; running: number; failed: number; total: number };
  criteria: { passed: number; failed: number; total: number };
  cost: {
    costMicroUsd: number;
    /** For calls under way. */
    reservedMicroUsd: number;
    /** Undefined where the build has no cap, or an older version did not note it. */
    capMicroUsd: number | undefined;
    calls: number;
    unpricedCalls: number;
    tokens: number;
  };
  /** Of the last run: to now where it runs, else to its last event. */
  elapsedMs: number;
  /** Undefined where it is not known yet, or nothing runs. */
  remainingMs: number | undefined;
  lastEvent: BuildEvent | undefined;
  /** The last warnings and recoveries of the last run, oldest first. */
  problems: string[];
  /** What goes on from here: commands with `DIR` for the directory, the one to use first. */
  next: NextStep[];
}

export interface NextStep {
  command: string;
  /** What it does, in a few words. */
  effect: string;
}
