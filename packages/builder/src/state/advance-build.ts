import { describeOutcome } from "./_describe-outcome.ts";
import { findTask, replacePhase, setTaskStatus, startNextWork, stopStarting, type WorkStep } from "./_phase-work.ts";
import {
  type BuildInput,
  type BuildState,
  type BuildStep,
  effectKey,
  type LinearStage,
  planPhaseStates,
} from "./build-state.ts";

const stagesBeforeExecution: readonly LinearStage[] = ["intake", "mcp", "analysis", "plan", "criteria", "instructions"];
const stagesAfterExecution: readonly LinearStage[] = ["validation", "documents", "summary"];

/**
 * The build's state machine: what happened → the new state and what to do next. Pure. Several effects may be under way at once; each is answered by one input. An input
 * that answers nothing under way (a task that is not running, anything after the end) changes nothing.
 */
export function advanceBuild(state: BuildState, input: BuildInput): BuildStep {
  if (state.stage === "ended") return { state, effects: [] };
  switch (input.type) {
    case "started":
      return settle(runStage(state, "intake"));
    case "pause-requested":
      return settle({ state: { ...state, paused: true, pauseReason: undefined }, work: [] });
    case "rest-ended":
      return state.pauseReason === undefined ? { state, effects: [] } : resume(state);
    case "resume-requested":
      return resume(state);
    case "interrupted":
      return interrupt(state, input);
    default:
      return answer(state, input);
  }
}

function resume(state: BuildState): BuildStep {
  return settle({ state: { ...state, paused: false, pauseReason: undefined, held: [] }, work: state.held });
}

type Answer = Extract<BuildInput, { type: `${"stage" | "task"}-${string}` | `phase-${string}` }>;

function answer(state: BuildState, input: Answer): BuildStep {
  const key = answeredKey(input);
  if (!state.underWay.includes(key)) return { state, effects: [] };
  const answered = { ...state, underWay: state.underWay.filter((other) => other !== key) };
  return settle(react(answered, input));
}

function answeredKey(input: Answer): string {
  switch (input.type) {
    case "stage-finished":
      return `stage:${input.stage}`;
    case "task-finished":
    case "task-failed":
      return `task:${input.task}`;
    case "phase-checked":
      return `check:${input.phase}`;
    case "phase-repaired":
      return `repair:${input.phase}`;
  }
}

function react(state: BuildState, input: Answer): WorkStep {
  switch (input.type) {
    case "stage-finished": {
      const { plan, finished } = input;
      const { phases: chosen, skipTests } = state.policy;
      const planned = plan ? { ...state, phases: planPhaseStates(plan, { chosen, finished, skipTests }) } : state;
      const unready = input.unready === undefined ? planned.unready : [...planned.unready, input.unready];
      return finishStage({ ...planned, unready }, input.stage);
    }
    case "task-finished":
      return proceed(setTaskStatus(state, input.task, "done"));
    case "task-failed":
      return failTask(state, input);
    case "phase-checked":
      return judgePhase(state, input);
    case "phase-repaired":
      return proceed(replacePhase(state, input.phase, { status: "checking" }));
  }
}

/**
 * What a step comes to: work is given out, or held while the build is paused, or left undone because the build is ending; once nothing is under way
 * and an end is due, it ends.
 */
function settle({ state, work }: WorkStep): BuildStep {
  if (state.ending) {
    const left = stopStarting(state, work);
    if (left.underWay.length > 0) return { state: left, effects: [] };
    const { outcome, reason } = state.ending;
    return { state: { ...left, stage: "ended", outcome }, effects: [{ type: "end", outcome, reason }] };
  }
  if (state.paused) return { state: { ...state, held: [...state.held, ...work] }, effects: [] };
  return { state: { ...state, underWay: [...state.underWay, ...work.map(effectKey)] }, effects: work };
}

/** The effect that was cut is not under way any more, what it was about stays undone, and nothing new starts. */
function interrupt(state: BuildState, input: Extract<BuildInput, { type: "interrupted" }>): BuildStep {
  const { effect, outcome, reason } = input;
  if (effect !== undefined && !state.underWay.includes(effect)) return { state, effects: [] };
  const task = effect?.startsWith("task:") ? effect.slice("task:".length) : undefined;
  const cut = task === undefined ? state : setTaskStatus(state, task, "pending");
  const held = stopStarting(cut, cut.held);
  // The first reason is the cause; what breaks after it breaks because of it.
  const ending = state.ending ?? { outcome, reason };
  const underWay = state.underWay.filter((key) => key !== effect);
  return settle({ state: { ...held, held: [], underWay, ending }, work: [] });
}

function runStage(state: BuildState, stage: LinearStage): WorkStep {
  return { state: { ...state, stage }, work: [{ type: "run-stage", stage }] };
}

function finishStage(state: BuildState, stage: LinearStage): WorkStep {
  const before = stagesBeforeExecution.indexOf(stage);
  const next =
    before >= 0 ? stagesBeforeExecution[before + 1] : stagesAfterExecution[stagesAfterExecution.indexOf(stage) + 1];
  if (next) return runStage(state, next);
  if (before < 0) return end(state, describeOutcome(state));
  if (state.policy.dryRun) {
    return end(state, {
      outcome: "planned",
      reason: "The plan is made; nothing was built, because this is a dry run.",
    });
  }
  return proceed({ ...state, stage: "execution" });
}

/** The next work of the phases; when there is none left and nothing is under way, the look at the whole. */
function proceed(state: BuildState): WorkStep {
  const step = startNextWork(state);
  const isOver = step.work.length === 0 && step.state.underWay.length === 0 && step.state.held.length === 0;
  return isOver ? runStage(step.state, "validation") : step;
}

function end(state: BuildState, ending: NonNullable<BuildState["ending"]>): WorkStep {
  return { state: { ...state, ending: state.ending ?? ending }, work: [] };
}

function judgePhase(state: BuildState, input: { phase: string; passed: boolean; reason: string }): WorkStep {
  const phase = state.phases.find((candidate) => candidate.id === input.phase);
  if (!phase) return { state, work: [] };
  if (input.passed) {
    const isComplete = phase.tasks.every((task) => task.status === "done");
    return proceed(replacePhase(state, phase.id, { status: isComplete ? "passed" : "failed" }));
  }
  if (phase.repairs < state.policy.maxRepairs) {
    return proceed(replacePhase(state, phase.id, { status: "repairing", repairs: phase.repairs + 1 }));
  }
  const failed = replacePhase(state, phase.id, { status: "failed" });
  if (state.policy.continueOnError) return proceed(failed);
  const reason = `Phase "${input.phase}" was not accepted: ${input.reason}`;
  return end(failed, { outcome: "acceptance-failed", reason });
}

function failTask(state: BuildState, input: Extract<BuildInput, { type: "task-failed" }>): WorkStep {
  const task = findTask(state, input.task);
  if (!task) return { state, work: [] };
  const { next } = input;
  if (next.type === "rest") {
    const pending = setTaskStatus(state, task.id, { status: "pending", attempts: task.attempts - 1 });
    return proceed({ ...pending, paused: true, pauseReason: state.paused ? state.pauseReason : input.reason });
  }
  if (next.type === "retry" && (!next.isCounted || task.attempts < state.policy.maxTaskAttempts)) {
    const attempts = next.isCounted ? task.attempts : task.attempts - 1;
    return proceed(setTaskStatus(state, task.id, { status: "pending", delayMs: next.delayMs, attempts }));
  }
  const failed = setTaskStatus(state, task.id, "failed");
  if (state.policy.continueOnError) return proceed(failed);
  return end(failed, { outcome: "failed", reason: `Task "${task.id}" failed: ${input.reason}` });
}
