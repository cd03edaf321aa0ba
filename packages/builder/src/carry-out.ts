import { type BuildStage, CcbError, type Task } from "@ccb/core";
import { analyzeSpecification } from "./stages/analyze.ts";
import { checkMcpServers } from "./stages/check-mcp-servers.ts";
import { checkPhase, type PhaseAcceptance } from "./stages/check-phase.ts";
import { forecastBuild } from "./stages/forecast-build.ts";
import { type CriteriaByPhase, makeCriteria } from "./stages/make-criteria.ts";
import { makePlan } from "./stages/make-plan.ts";
import { planRepairTask } from "./stages/plan-repair-task.ts";
import { listFinishedTasks, reuseTask, saveTask } from "./stages/reuse-task.ts";
import { runCustomAgents } from "./stages/run-custom-agents.ts";
import { runTaskSession } from "./stages/run-task.ts";
import { savePlanDocument } from "./stages/save-plan-document.ts";
import { saveSpecification } from "./stages/save-specification.ts";
import type { TaskSession } from "./stages/task-session.ts";
import { writeDocuments } from "./stages/write-documents.ts";
import { writeInstructions } from "./stages/write-instructions.ts";
import type { BuildEffect, BuildInput, BuildState } from "./state/build-state.ts";
import { estimateRemainingMs } from "./state/estimate-remaining.ts";
import type { BuildWork, Workbench } from "./workbench.ts";

type LinearStage = Exclude<BuildStage, "execution">;

/** A build in motion: its tools, its state and what it has made. */
export interface RunningBuild {
  bench: Workbench;
  work: BuildWork;
  state: BuildState;
  criteria: CriteriaByPhase;
  /** Why the last attempt of a task failed. */
  failures: Map<string, string>;
  /** The last acceptance of each phase. */
  acceptances: Map<string, PhaseAcceptance>;
  startedMs: number;
}

/** Carries out one effect of the state machine and tells what came of it. Rejects with what interrupted it. */
export function carryOut(running: RunningBuild, effect: Exclude<BuildEffect, { type: "end" }>): Promise<BuildInput> {
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
  async plan({ bench, work }) {
    const { plan, reused } = await makePlan(bench, requireAnalysis(work));
    work.plan = plan;
    for (const { id, commit, text } of await listFinishedTasks(bench, plan)) {
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
    if (!bench.options.dryRun) await checkMcpServers(bench);
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
  return { type: "stage-finished", stage, ...(stage === "plan" ? { plan: running.work.plan } : {}) };
}

async function runTask(
  running: RunningBuild,
  effect: { phase: string; task: string; attempt: number },
): Promise<BuildInput> {
  const { bench, work } = running;
  const { phase, task } = findTask(running, effect);
  if (phase.tasks[0]?.id === task.id && effect.attempt === 1) announcePhase(running, effect.phase);
  const known = await reuseTask(bench, { task, phase });
  if (known) {
    work.commits.set(task.id, known.commit);
    work.outputs.set(task.id, known.text);
    bench.emit({
      type: "task-end",
      phase: phase.id,
      task: task.id,
      outcome: "reused",
      reason: "finished in an earlier run",
      commit: known.commit,
      files: known.files,
      durationMs: 0,
    });
    reportProgress(running);
    return { type: "task-finished", task: task.id };
  }
  const session = { task, phase, attempt: effect.attempt, evidence: [], earlierFailure: running.failures.get(task.id) };
  const result = await runSession(running, session);
  if (result.outcome === "failed") {
    running.failures.set(task.id, result.reason);
    return { type: "task-failed", task: task.id, retryable: result.retryable, reason: result.reason };
  }
  saveTask(bench, { task, phase }, result);
  work.commits.set(task.id, result.commit);
  work.outputs.set(task.id, result.text);
  reportProgress(running);
  return { type: "task-finished", task: task.id };
}

async function runSession(running: RunningBuild, session: TaskSession) {
  const { bench, work } = running;
  const startedMs = bench.clock.monotonicMs();
  const result = await runTaskSession(bench, work, session);
  if (result.outcome === "stopped")
    throw bench.signal.reason ?? new CcbError({ code: "stopped", message: "The session was stopped." });
  if (result.outcome === "budget-reached") throw new CcbError({ code: "budget-reached", message: result.reason });
  const done = result.outcome === "done";
  bench.emit({
    type: "task-end",
    phase: session.phase.id,
    task: session.task.id,
    outcome: result.outcome,
    reason: done ? "committed" : result.reason,
    commit: done ? result.commit : undefined,
    files: done ? result.files : 0,
    durationMs: Math.round(bench.clock.monotonicMs() - startedMs),
  });
  return result;
}

async function acceptPhase(running: RunningBuild, phaseId: string): Promise<BuildInput> {
  const { bench, work } = running;
  const startedMs = bench.clock.monotonicMs();
  const acceptance = await checkPhase(bench, work, phaseId);
  if (bench.signal.aborted) throw bench.signal.reason;
  running.acceptances.set(phaseId, acceptance);
  bench.emit({
    type: "phase-end",
    phase: phaseId,
    passed: acceptance.passed,
    criteriaPassed: acceptance.criteriaPassed,
    criteriaTotal: acceptance.criteriaTotal,
    durationMs: Math.round(bench.clock.monotonicMs() - startedMs),
  });
  return { type: "phase-checked", phase: phaseId, passed: acceptance.passed, reason: acceptance.reason };
}

/** One session in which Claude is shown what the failed checks saw; its commit counts for the tasks concerned. */
async function repairPhase(running: RunningBuild, phaseId: string): Promise<BuildInput> {
  const { work } = running;
  const phase = work.plan.phases.find((candidate) => candidate.id === phaseId);
  const acceptance = running.acceptances.get(phaseId);
  if (!phase || !acceptance)
    throw new CcbError({ code: "unexpected", message: `Phase "${phaseId}" has nothing to repair.` });
  const task: Task = planRepairTask({ phase, failed: acceptance.failed, criteria: work.criteria });
  await runSession(running, { task, phase, attempt: 1, evidence: acceptance.failed, earlierFailure: undefined });
  return { type: "phase-repaired", phase: phaseId };
}

function announcePhase({ bench, work }: RunningBuild, phaseId: string): void {
  const phase = work.plan.phases.find((candidate) => candidate.id === phaseId);
  if (phase) bench.emit({ type: "phase-start", phase: phase.id, name: phase.name, tasks: phase.tasks.length });
}

function reportProgress({ bench, state, startedMs, work }: RunningBuild): void {
  const elapsedMs = Math.round(bench.clock.monotonicMs() - startedMs);
  const chosen = state.phases.filter((phase) => phase.status !== "left-out").map((phase) => phase.id);
  const tasks = work.plan.phases.filter((phase) => chosen.includes(phase.id)).flatMap((phase) => phase.tasks);
  const done = tasks.filter((task) => work.commits.has(task.id));
  const progress = tasks.map((task) =>
    work.commits.has(task.id)
      ? { task, status: "done" as const, durationMs: elapsedMs / done.length }
      : { task, status: "pending" as const },
  );
  bench.emit({
    type: "progress",
    doneTasks: done.length,
    totalTasks: tasks.length,
    costMicroUsd: bench.ledger.totals().costMicroUsd,
    elapsedMs,
    remainingMs: estimateRemainingMs({ tasks: progress, parallelTasks: 1, elapsedMs }),
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
