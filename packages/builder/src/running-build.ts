import type { CcbError } from "@ccb/core";
import type { StateFile } from "./project/state-file.ts";
import type { Failure } from "./recovery/failure.ts";
import type { PhaseAcceptance } from "./stages/check-phase.ts";
import type { CriteriaByPhase } from "./stages/make-criteria.ts";
import type { FoundTask } from "./stages/reuse-task.ts";
import type { BuildState } from "./state/build-state.ts";
import type { BuildWork, Workbench } from "./workbench.ts";

/** How an attempt is made: what it is told of the one before, how much context it is given, and which servers it goes without. */
export interface NextTry {
  note: string | undefined;
  contextShare: number;
  withoutServers: string[];
}

/** When a task of this run began and how long it took, in milliseconds of the monotonic clock. */
export interface TaskTime {
  startedMs: number;
  durationMs: number | undefined;
}

/** A build in motion: its tools, its state and what it has made. */
export interface RunningBuild {
  bench: Workbench;
  work: BuildWork;
  state: BuildState;
  criteria: CriteriaByPhase;
  /** How the attempts of each task failed in this run, oldest first. */
  failures: Map<string, Failure[]>;
  /** How the next attempt of a task differs from the first. */
  nextTries: Map<string, NextTry>;
  /** Tasks of the plan that earlier runs finished. */
  finishedTasks: FoundTask[];
  /** The last acceptance of each phase. */
  acceptances: Map<string, PhaseAcceptance>;
  /** The look at each phase's criteria before its first task, where one is asked for. */
  redFirst: Map<string, Promise<unknown>>;
  startedMs: number;
  taskTimes: Map<string, TaskTime>;
  /** When the first task of this run began. */
  firstTaskMs: number | undefined;
  /** What was said of the time left, and when; milliseconds since the first task. */
  predictions: { atMs: number; remainingMs: number }[];
  stateFile: StateFile;
  /** The failure that ended the build, where one did. */
  error: CcbError | undefined;
}
