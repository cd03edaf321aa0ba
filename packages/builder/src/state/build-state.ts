import type { BuildOutcome, BuildStage, Plan } from "@ccb/core";

export interface TaskState {
  id: string;
  dependsOn: string[];
  status: "pending" | "running" | "done" | "failed" | "skipped";
  attempts: number;
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
  /** Sessions a task may take before it has failed. */
  maxTaskAttempts: number;
  /** Repair sessions a phase may take after a failed acceptance. */
  maxRepairs: number;
}

/** The build as a value. `stage` is what is going on now; phases are empty before the plan is there. */
export interface BuildState {
  policy: BuildPolicy;
  stage: BuildStage | "ended";
  phases: PhaseState[];
  outcome: BuildOutcome | undefined;
}

/** What happened. */
export type BuildInput =
  | { type: "started" }
  | { type: "stage-finished"; stage: Exclude<BuildStage, "execution">; plan?: Plan }
  | { type: "task-finished"; task: string }
  | { type: "task-failed"; task: string; retryable: boolean; reason: string }
  | { type: "phase-checked"; phase: string; passed: boolean; reason: string }
  | { type: "phase-repaired"; phase: string }
  | { type: "interrupted"; outcome: "stopped" | "budget-reached" | "failed"; reason: string };

/** What has to be done next. */
export type BuildEffect =
  | { type: "run-stage"; stage: Exclude<BuildStage, "execution"> }
  | { type: "run-task"; phase: string; task: string; attempt: number }
  | { type: "check-phase"; phase: string }
  | { type: "repair-phase"; phase: string }
  | { type: "end"; outcome: BuildOutcome; reason: string };

export interface BuildStep {
  state: BuildState;
  effects: BuildEffect[];
}

/** The state of a build before anything happened. */
export function defineInitialState(policy: BuildPolicy): BuildState {
  return { policy, stage: "intake", phases: [], outcome: undefined };
}

/** The phases of a plan as they stand before the first task. */
export function planPhaseStates(plan: Plan, chosen: string[] | undefined): PhaseState[] {
  return plan.phases.map((phase) => ({
    id: phase.id,
    status: chosen && !chosen.includes(phase.id) ? "left-out" : "pending",
    repairs: 0,
    tasks: phase.tasks.map((task) => ({ id: task.id, dependsOn: task.dependsOn, status: "pending", attempts: 0 })),
  }));
}
