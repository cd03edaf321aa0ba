import type { BuildOutcome, BuildStage, Plan } from "@ccb/core";
import {
  type BuildEffect,
  type BuildInput,
  type BuildState,
  type BuildStep,
  type PhaseState,
  planPhaseStates,
  type TaskState,
} from "./build-state.ts";

type LinearStage = Exclude<BuildStage, "execution">;

const stagesBeforeExecution: readonly LinearStage[] = ["intake", "analysis", "plan", "criteria", "instructions"];
const stagesAfterExecution: readonly LinearStage[] = ["documents", "summary"];

/**
 * The build's state machine: what happened → the new state and what to do next. Pure. An input that does not fit the state (a task that is not running, anything after
 * the end) changes nothing.
 */
export function advanceBuild(state: BuildState, input: BuildInput): BuildStep {
  if (state.stage === "ended") return { state, effects: [] };
  switch (input.type) {
    case "started":
      return { state, effects: [{ type: "run-stage", stage: "intake" }] };
    case "stage-finished":
      return finishStage(input.plan ? withPlan(state, input.plan) : state, input.stage);
    case "task-finished":
      return finishTask(state, input.task);
    case "task-failed":
      return failTask(state, input);
    case "phase-checked":
      return judgePhase(state, input);
    case "phase-repaired":
      return checkRepaired(state, input.phase);
    case "interrupted":
      return end(state, input.outcome, input.reason);
  }
}

function withPlan(state: BuildState, plan: Plan): BuildState {
  return { ...state, phases: planPhaseStates(plan, state.policy.phases) };
}

function finishStage(state: BuildState, stage: LinearStage): BuildStep {
  if (state.stage !== stage) return { state, effects: [] };
  const before = stagesBeforeExecution.indexOf(stage);
  const next =
    before >= 0 ? stagesBeforeExecution[before + 1] : stagesAfterExecution[stagesAfterExecution.indexOf(stage) + 1];
  if (next) return runStage(state, next);
  if (before < 0) return end(state, outcomeOf(state), reasonOf(state));
  if (state.policy.dryRun)
    return end(state, "planned", "The plan is made; nothing was built, because this is a dry run.");
  return nextWork({ ...state, stage: "execution" });
}

function runStage(state: BuildState, stage: LinearStage): BuildStep {
  return { state: { ...state, stage }, effects: [{ type: "run-stage", stage }] };
}

/** The next piece of work in the phases; documents when there is none left. */
function nextWork(state: BuildState): BuildStep {
  for (const phase of state.phases) {
    if (phase.status === "building" || phase.status === "pending") return workInPhase(state, phase);
    if (phase.status === "checking") return { state, effects: [{ type: "check-phase", phase: phase.id }] };
    if (phase.status === "repairing") return { state, effects: [{ type: "repair-phase", phase: phase.id }] };
  }
  return runStage(state, "documents");
}

function workInPhase(state: BuildState, phase: PhaseState): BuildStep {
  if (phase.tasks.some((task) => task.status === "running")) return { state, effects: [] };
  const ready = phase.tasks.find((task) => task.status === "pending" && isReady(state, task));
  if (ready) {
    const attempt = ready.attempts + 1;
    return {
      state: replacePhase(state, {
        ...phase,
        status: "building",
        tasks: phase.tasks.map((task) => (task === ready ? { ...task, status: "running", attempts: attempt } : task)),
      }),
      effects: [{ type: "run-task", phase: phase.id, task: ready.id, attempt }],
    };
  }
  const tasks = phase.tasks.map(
    (task): TaskState => (task.status === "pending" ? { ...task, status: "skipped" } : task),
  );
  const nothingDone = tasks.every((task) => task.status !== "done");
  const anyFailed = tasks.some((task) => task.status !== "done");
  const status = nothingDone ? "failed" : state.policy.skipTests ? (anyFailed ? "failed" : "unverified") : "checking";
  return nextWork(replacePhase(state, { ...phase, tasks, status }));
}

/** A dependency in a phase that is left out counts as met: the caller has checked that it was built before. */
function isReady(state: BuildState, task: TaskState): boolean {
  return task.dependsOn.every((id) => {
    const phase = state.phases.find((candidate) => candidate.tasks.some((other) => other.id === id));
    return phase?.status === "left-out" || phase?.tasks.find((other) => other.id === id)?.status === "done";
  });
}

function judgePhase(state: BuildState, input: { phase: string; passed: boolean; reason: string }): BuildStep {
  const phase = state.phases.find((candidate) => candidate.id === input.phase);
  if (phase?.status !== "checking") return { state, effects: [] };
  if (input.passed) {
    const complete = phase.tasks.every((task) => task.status === "done");
    return nextWork(replacePhase(state, { ...phase, status: complete ? "passed" : "failed" }));
  }
  if (phase.repairs < state.policy.maxRepairs) {
    return nextWork(replacePhase(state, { ...phase, status: "repairing", repairs: phase.repairs + 1 }));
  }
  const failed = replacePhase(state, { ...phase, status: "failed" });
  if (state.policy.continueOnError) return nextWork(failed);
  return end(failed, "acceptance-failed", `Phase "${input.phase}" was not accepted: ${input.reason}`);
}

function end(state: BuildState, outcome: BuildOutcome, reason: string): BuildStep {
  const effect: BuildEffect = { type: "end", outcome, reason };
  return { state: { ...state, stage: "ended", outcome }, effects: [effect] };
}

function outcomeOf(state: BuildState): BuildOutcome {
  const tasks = state.phases.flatMap((phase) => phase.tasks);
  if (tasks.some((task) => task.status === "failed" || task.status === "skipped")) return "failed";
  return state.phases.some((phase) => phase.status === "failed") ? "acceptance-failed" : "done";
}

function reasonOf(state: BuildState): string {
  const idsOf = (status: PhaseState["status"]) =>
    state.phases.filter((phase) => phase.status === status).map((phase) => phase.id);
  const failed = idsOf("failed");
  const leftOut = idsOf("left-out");
  const done =
    leftOut.length === 0 ? "Every phase is built." : `The chosen phases are built; left out: ${leftOut.join(", ")}.`;
  return failed.length === 0
    ? done
    : `The build went on after errors; these phases are not accepted: ${failed.join(", ")}.`;
}

function findTask(state: BuildState, id: string): TaskState | undefined {
  return state.phases.flatMap((phase) => phase.tasks).find((task) => task.id === id);
}

/** The state with one running task changed. */
function replaceTask(state: BuildState, id: string, status: TaskState["status"]): BuildState | undefined {
  const phase = state.phases.find((candidate) =>
    candidate.tasks.some((task) => task.id === id && task.status === "running"),
  );
  if (!phase) return undefined;
  return replacePhase(state, {
    ...phase,
    tasks: phase.tasks.map((task) => (task.id === id ? { ...task, status } : task)),
  });
}

function finishTask(state: BuildState, id: string): BuildStep {
  const changed = replaceTask(state, id, "done");
  return changed ? nextWork(changed) : { state, effects: [] };
}

function failTask(state: BuildState, input: { task: string; retryable: boolean; reason: string }): BuildStep {
  const attempts = findTask(state, input.task)?.attempts ?? 0;
  const isLast = !input.retryable || attempts >= state.policy.maxTaskAttempts;
  const changed = replaceTask(state, input.task, isLast ? "failed" : "pending");
  if (!changed) return { state, effects: [] };
  if (!isLast || state.policy.continueOnError) return nextWork(changed);
  return end(changed, "failed", `Task "${input.task}" failed: ${input.reason}`);
}

function checkRepaired(state: BuildState, id: string): BuildStep {
  const phase = state.phases.find((candidate) => candidate.id === id);
  if (phase?.status !== "repairing") return { state, effects: [] };
  return nextWork(replacePhase(state, { ...phase, status: "checking" }));
}

function replacePhase(state: BuildState, phase: PhaseState): BuildState {
  return { ...state, phases: state.phases.map((other) => (other.id === phase.id ? phase : other)) };
}
