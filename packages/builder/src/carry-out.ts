import { setTimeout as delay } from "node:timers/promises";
import { CcbError, type Phase, type Task } from "@ccb/core";
import type { StateFile } from "./project/state-file.ts";
import { adoptKeptTasks } from "./stages/adopt-kept-tasks.ts";
import { analyzeSpecification } from "./stages/analyze.ts";
import { checkMcpServers } from "./stages/check-mcp-servers.ts";
import { checkPhase, type PhaseAcceptance } from "./stages/check-phase.ts";
import { forecastBuild } from "./stages/forecast-build.ts";
import { type CriteriaByPhase, makeCriteria } from "./stages/make-criteria.ts";
import { makePlan } from "./stages/make-plan.ts";
import { planRepairTask } from "./stages/plan-repair-task.ts";
import { listTasksFrom, reopenTasks } from "./stages/reopen-tasks.ts";
import { findAcceptedPhases, savePhase } from "./stages/reuse-phase.ts";
import { type FoundTask, listFinishedTasks, saveTask } from "./stages/reuse-task.ts";
import { runCustomAgents } from "./stages/run-custom-agents.ts";
import { runTaskSession } from "./stages/run-task.ts";
import { savePlanDocument } from "./stages/save-plan-document.ts";
import { saveSpecification } from "./stages/save-specification.ts";
import type { SessionFailure, TaskSession } from "./stages/task-session.ts";
import { writeDocuments } from "./stages/write-documents.ts";
import { writeInstructions } from "./stages/write-instructions.ts";
import type { BuildInput, BuildState, FinishedWork, LinearStage, WorkEffect } from "./state/build-state.ts";
import { estimateRemainingMs } from "./state/estimate-remaining.ts";
import type { BuildWork, Workbench } from "./workbench.ts";

/** A build in motion: its tools, its state and what it has made. */
export interface RunningBuild {
  bench: Workbench;
  work: BuildWork;
  state: BuildState;
  criteria: CriteriaByPhase;
  /** How the attempts of each task failed in this run. */
  failures: Map<string, SessionFailure[]>;
  /** How the next attempt of a task differs from the first. */
  recoveries: Map<string, Recovery>;
  /** Tasks of the plan that earlier runs finished. */
  finishedTasks: FoundTask[];
  /** The last acceptance of each phase. */
  acceptances: Map<string, PhaseAcceptance>;
  startedMs: number;
  stateFile: StateFile;
  /** The failure that ended the build, where one did. */
  error: CcbError | undefined;
}

/** How an attempt is made: what it is told of the one before, how much context it is given, and which servers it goes without. */
interface Recovery {
  failure: string | undefined;
  contextShare: number;
  withoutServers: string[];
}

const firstAttempt: Recovery = Object.freeze({ failure: undefined, contextShare: 1, withoutServers: [] });

/** Carries out one effect of the state machine and tells what came of it. Rejects with what interrupted it. */
export function carryOut(running: RunningBuild, effect: WorkEffect): Promise<BuildInput> {
  switch (effect.type) {
    case "run-stage":
      return runStage(running, effect.stage);
    case "run-task":
      return runTask(running, effect);
    case "check-phase":
      return acceptPhase(running, effect.phase);
    case "repair-phase":
      return repairPhase(running, effect.phase);
  }
}

const stages: Record<LinearStage, (running: RunningBuild) => Promise<{ reused: boolean; summary: string }>> = {
  async intake({ bench }) {
    await saveSpecification(bench);
    const { specification, requirements } = bench.intake;
    return { reused: false, summary: `${requirements.length} requirements in ${specification.tokens} tokens` };
  },
  async analysis({ bench, work }) {
    const { analysis, reused } = await analyzeSpecification(bench);
    work.analysis = analysis;
    return { reused, summary: `${analysis.projectType}, ${analysis.complexity}` };
  },
  async mcp({ bench }) {
    if (bench.options.dryRun) return { reused: false, summary: "not needed for a plan" };
    await checkMcpServers(bench);
    const ready = bench.servers.length - bench.unavailable.size;
    return { reused: false, summary: `${ready} of ${bench.servers.length} servers ready` };
  },
  async plan(running) {
    const { bench, work } = running;
    const { plan, reused } = await makePlan(bench, requireAnalysis(work));
    work.plan = plan;
    bench.setPlan(plan);
    reopenTasks(bench, listTasksFrom(plan, { phase: bench.options.fromPhase, task: bench.options.fromTask }));
    await adoptKeptTasks(bench, plan);
    running.finishedTasks = await listFinishedTasks(bench, plan);
    for (const { id, commit, text } of running.finishedTasks) {
      work.commits.set(id, commit);
      work.outputs.set(id, text);
    }
    const tasks = plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
    return {
      reused,
      summary: `${plan.phases.length} phases, ${tasks} tasks, ${plan.waivers.length} requirements waived`,
    };
  },
  async criteria(running) {
    const { bench, work } = running;
    const { criteria, reused } = await makeCriteria(bench, { analysis: requireAnalysis(work), plan: work.plan });
    running.criteria = criteria;
    work.criteria = criteria.flatMap((phase) => phase.criteria);
    work.phaseOf = new Map(criteria.flatMap((of) => of.criteria.map((criterion) => [criterion.id, of.phase] as const)));
    await savePlanDocument(bench, { plan: work.plan, criteria });
    await forecastBuild(bench, work);
    return { reused, summary: `${work.criteria.length} criteria` };
  },
  async instructions({ bench, work, criteria }) {
    const made = { analysis: requireAnalysis(work), plan: work.plan, criteria };
    await runCustomAgents(bench, { analysis: made.analysis, plan: work.plan });
    const { reused, files } = await writeInstructions(bench, made);
    return { reused, summary: `${files} files` };
  },
  async documents({ bench, work }) {
    const { documents, reused } = await writeDocuments(bench, work, requireAnalysis(work));
    return { reused, summary: `${documents} documents` };
  },
  async summary() {
    return { reused: false, summary: "trace and summary" };
  },
};

async function runStage(running: RunningBuild, stage: LinearStage): Promise<BuildInput> {
  const { bench } = running;
  const startedMs = bench.clock.monotonicMs();
  bench.emit({ type: "stage-start", stage });
  const { reused, summary } = await stages[stage](running);
  const durationMs = Math.round(bench.clock.monotonicMs() - startedMs);
  bench.emit({ type: "stage-end", stage, reused, durationMs, summary });
  if (stage !== "instructions") return { type: "stage-finished", stage };
  // From here on the tasks follow: what of them was finished before is told now.
  const finished = listFinishedWork(running);
  return { type: "stage-finished", stage, plan: running.work.plan, finished };
}

async function runTask(running: RunningBuild, effect: Extract<WorkEffect, { type: "run-task" }>): Promise<BuildInput> {
  const { bench, work } = running;
  const { phase, task } = findTask(running, effect);
  if (effect.delayMs > 0) await waitFor(effect.delayMs, bench.signal);
  const { failure, ...recovery } = running.recoveries.get(task.id) ?? firstAttempt;
  const session = { task, phase, evidence: [], isRepair: false, earlierFailure: failure, ...recovery };
  const result = await runSession(running, session);
  if (result.outcome === "failed") return recover(running, { phase, task, failure: result.failure });
  work.commits.set(task.id, result.commit);
  work.outputs.set(task.id, result.text);
  reportProgress(running);
  return { type: "task-finished", task: task.id };
}

/** What comes after a failed attempt, with the reason in the log. */
function recover(running: RunningBuild, failed: { phase: Phase; task: Task; failure: SessionFailure }): BuildInput {
  const { bench } = running;
  const { phase, task, failure } = failed;
  const history = running.failures.get(task.id) ?? [];
  running.failures.set(task.id, [...history, failure]);
  const isRetried = failure.kind !== "mcp-policy" && history.length < 1;
  bench.emit({
    type: "recovery-chosen",
    phase: phase.id,
    task: task.id,
    attempt: history.length + 1,
    failure: failure.kind,
    action: isRetried ? "retry" : "fail-task",
    why: failure.reason,
  });
  running.recoveries.set(task.id, { ...firstAttempt, failure: failure.reason });
  const next = isRetried ? ({ type: "retry", delayMs: 0 } as const) : ({ type: "fail" } as const);
  return { type: "task-failed", task: task.id, next, reason: failure.reason };
}

/** Runs a session; its result, its end and the end of its attempt are journalled as one. */
async function runSession(running: RunningBuild, session: TaskSession) {
  const { bench, work } = running;
  const { phase, task } = session;
  const startedMs = bench.clock.monotonicMs();
  const result = await runTaskSession(bench, work, session);
  if (result.outcome === "stopped")
    throw bench.signal.reason ?? new CcbError({ code: "stopped", message: "The session was stopped." });
  if (result.outcome === "budget-reached") throw new CcbError({ code: "budget-reached", message: result.reason });
  const isDone = result.outcome === "done";
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
      durationMs: Math.round(bench.clock.monotonicMs() - startedMs),
    });
  });
  if (isDone) await bench.worktrees.release(`done/${task.id}`);
  return result;
}

async function acceptPhase(running: RunningBuild, phaseId: string): Promise<BuildInput> {
  const { bench, work } = running;
  const startedMs = bench.clock.monotonicMs();
  const acceptance = await checkPhase(bench, work, phaseId);
  if (bench.signal.aborted) throw bench.signal.reason;
  running.acceptances.set(phaseId, acceptance);
  const { passed, reason, criteriaPassed, criteriaTotal } = acceptance;
  bench.atomically(() => {
    if (passed) savePhase(bench, work, phaseId);
    bench.emit({
      type: "phase-end",
      phase: phaseId,
      passed,
      criteriaPassed,
      criteriaTotal,
      durationMs: Math.round(bench.clock.monotonicMs() - startedMs),
    });
  });
  return { type: "phase-checked", phase: phaseId, passed, reason };
}

/** One session in which Claude is shown what the failed checks saw; its commit counts for the tasks concerned. */
async function repairPhase(running: RunningBuild, phaseId: string): Promise<BuildInput> {
  const { work } = running;
  const phase = work.plan.phases.find((candidate) => candidate.id === phaseId);
  const acceptance = running.acceptances.get(phaseId);
  if (!phase || !acceptance)
    throw new CcbError({ code: "unexpected", message: `Phase "${phaseId}" has nothing to repair.` });
  const task: Task = planRepairTask({ phase, failed: acceptance.failed, criteria: work.criteria });
  const { failure: earlierFailure, ...recovery } = firstAttempt;
  await runSession(running, { task, phase, evidence: acceptance.failed, isRepair: true, earlierFailure, ...recovery });
  return { type: "phase-repaired", phase: phaseId };
}

/** Tells of the work that earlier runs finished, as one transaction, and what the state machine need not do again. */
function listFinishedWork(running: RunningBuild): FinishedWork {
  const { bench, work, finishedTasks } = running;
  const phases = findAcceptedPhases(bench, work);
  bench.atomically(() => {
    for (const { id, phase, commit, files } of finishedTasks) {
      const reason = "finished in an earlier run";
      bench.emit({ type: "task-end", phase, task: id, outcome: "reused", reason, commit, files, durationMs: 0 });
    }
    if (finishedTasks.length > 0) reportProgress(running);
  });
  return { tasks: new Set(finishedTasks.map(({ id }) => id)), phases };
}

async function waitFor(delayMs: number, signal: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, { signal }).catch(() => {
    throw signal.reason;
  });
}

export function announcePhase({ bench, work }: RunningBuild, phaseId: string): void {
  const phase = work.plan.phases.find((candidate) => candidate.id === phaseId);
  if (phase) bench.emit({ type: "phase-start", phase: phase.id, name: phase.name, tasks: phase.tasks.length });
}

function reportProgress({ bench, state, startedMs, work }: RunningBuild): void {
  const elapsedMs = Math.round(bench.clock.monotonicMs() - startedMs);
  const leftOut = new Set(state.phases.flatMap((phase) => (phase.status === "left-out" ? [phase.id] : [])));
  const tasks = work.plan.phases.filter((phase) => !leftOut.has(phase.id)).flatMap((phase) => phase.tasks);
  const done = tasks.filter((task) => work.commits.has(task.id));
  bench.emit({
    type: "progress",
    doneTasks: done.length,
    totalTasks: tasks.length,
    costMicroUsd: bench.ledger.totals().costMicroUsd,
    elapsedMs,
    remainingMs: estimateRemainingMs({ done, all: tasks, elapsedMs }),
  });
}

function findTask({ work }: RunningBuild, at: { phase: string; task: string }) {
  const phase = work.plan.phases.find((candidate) => candidate.id === at.phase);
  const task = phase?.tasks.find((candidate) => candidate.id === at.task);
  if (!phase || !task) throw new CcbError({ code: "unexpected", message: `The plan has no task "${at.task}".` });
  return { phase, task };
}

function requireAnalysis(work: BuildWork) {
  if (work.analysis) return work.analysis;
  throw new CcbError({ code: "unexpected", message: "The specification was not analysed before it was needed." });
}
