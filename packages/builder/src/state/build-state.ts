import type { BuildOutcome, BuildStage, Plan } from "@ccb/core";

/** Stages that run once, one after the other; the tasks run between "instructions" and "documents". */
export type LinearStage = Exclude<BuildStage, "execution">;

export interface TaskState {
  id: string;
  dependsOn: string[];
  /** What the task says it will create or change. */
  files: string[];
  status: "pending" | "running" | "done" | "failed" | "skipped";
  attempts: number;
  /** Milliseconds the next attempt waits before it starts. */
  delayMs?: number;
}

export interface PhaseState {
  id: string;
  tasks: TaskState[];
  status: "pending" | "building" | "checking" | "repairing" | "passed" | "unverified" | "failed" | "left-out";
  repairs: number;
}

/** What the build was asked to do, as far as it decides the order of things. */
export interface BuildPolicy {
  dryRun: boolean;
  skipTests: boolean;
  continueOnError: boolean;
  /** Ids of the phases to run; undefined for all. */
  phases: string[] | undefined;
  /** Sessions a task may take before it has failed, whatever its recovery would still try. */
  maxTaskAttempts: number;
  /** Repair sessions a phase may take after a failed acceptance. */
  maxRepairs: number;
  /** Tasks that may run at once. */
  parallelTasks: number;
}

/** How a build is going to end once what is under way has ended. */
export interface BuildEnding {
  outcome: BuildOutcome;
  reason: string;
}

/** The build as a value. `stage` is what is going on now; phases are empty before the plan is there. */
export interface BuildState {
  policy: BuildPolicy;
  stage: BuildStage | "ended";
  phases: PhaseState[];
  outcome: BuildOutcome | undefined;
  /** Keys of the effects that were given out and are not answered yet, see {@link effectKey}. */
  underWay: string[];
  paused: boolean;
  /** Why it is paused, where nobody asked for it. */
  pauseReason: string | undefined;
  /** Effects that wait for the pause to end. */
  held: WorkEffect[];
  ending: BuildEnding | undefined;
  /** What keeps the project from production, one entry a look that found something. */
  unready: string[];
}

/**
 * What comes after a failed attempt; chosen by the recovery policy. An attempt that failed by no fault of the task (`isCounted` false) is none of those it may take. `rest`: the build
 * pauses, and the task is tried again once it goes on.
 */
export type NextAttempt =
  | { type: "retry"; delayMs: number; isCounted: boolean }
  | { type: "rest"; resumeAfterMs: number }
  | { type: "fail" };

/** What is known of a plan from earlier runs. */
export interface FinishedWork {
  tasks: ReadonlySet<string>;
  phases: ReadonlySet<string>;
}

/** What happened. */
export type BuildInput =
  | { type: "started" }
  | { type: "stage-finished"; stage: LinearStage; plan?: Plan; finished?: FinishedWork; unready?: string | undefined }
  | { type: "task-finished"; task: string }
  | { type: "task-failed"; task: string; next: NextAttempt; reason: string }
  | { type: "phase-checked"; phase: string; passed: boolean; reason: string }
  | { type: "phase-repaired"; phase: string }
  | { type: "pause-requested" }
  | { type: "resume-requested" }
  /** A rest that the recovery policy took is over; a pause that somebody asked for meanwhile is not. */
  | { type: "rest-ended" }
  /** An effect ended without a result (`effect` is its key), or the whole build is to end (no key). */
  | { type: "interrupted"; effect?: string; outcome: "stopped" | "budget-reached" | "failed"; reason: string };

/** Work that somebody has to carry out and answer. */
export type WorkEffect =
  | { type: "run-stage"; stage: LinearStage }
  | { type: "run-task"; phase: string; task: string; attempt: number; delayMs: number }
  | { type: "check-phase"; phase: string }
  | { type: "repair-phase"; phase: string };

/** What has to be done next. */
export type BuildEffect = WorkEffect | { type: "end"; outcome: BuildOutcome; reason: string };

export interface BuildStep {
  state: BuildState;
  effects: BuildEffect[];
}

/** The state of a build before anything happened. */
export function defineInitialState(policy: BuildPolicy): BuildState {
  return {
    policy,
    stage: "intake",
    phases: [],
    outcome: undefined,
    underWay: [],
    paused: false,
    pauseReason: undefined,
    held: [],
    ending: undefined,
    unready: [],
  };
}

/** One name for an effect and the input that answers it. */
export function effectKey(effect: WorkEffect): string {
  switch (effect.type) {
    case "run-stage":
      return `stage:${effect.stage}`;
    case "run-task":
      return `task:${effect.task}`;
    case "check-phase":
      return `check:${effect.phase}`;
    case "repair-phase":
      return `repair:${effect.phase}`;
  }
}

/** The phases of a plan as they stand before the first task of this run. */
export function planPhaseStates(
  plan: Plan,
  known: { chosen: string[] | undefined; finished: FinishedWork | undefined; skipTests: boolean },
): PhaseState[] {
  const { chosen, finished, skipTests } = known;
  return plan.phases.map((phase) => {
    const tasks = phase.tasks.map((task): TaskState => {
      const { id, dependsOn, files } = task;
      return { id, dependsOn, files, status: finished?.tasks.has(id) ? "done" : "pending", attempts: 0 };
    });
    const isAccepted = finished?.phases.has(phase.id) && tasks.every((task) => task.status === "done");
    const status = chosen && !chosen.includes(phase.id) ? "left-out" : isAccepted && !skipTests ? "passed" : "pending";
    return { id: phase.id, status, repairs: 0, tasks };
  });
}
