import { setTimeout as delay } from "node:timers/promises";
import { CcbError, type Task } from "@ccb/core";
import { firstTry, recoverTask } from "./recover-task.ts";
import { reportProgress, startTaskTime } from "./report-progress.ts";
import { runSession } from "./run-session.ts";
import { runStage } from "./run-stage.ts";
import type { RunningBuild } from "./running-build.ts";
import { checkPhase } from "./stages/check-phase.ts";
import { checkRedFirst } from "./stages/check-red-first.ts";
import { planRepairTask } from "./stages/plan-repair-task.ts";
import { savePhase } from "./stages/reuse-phase.ts";
import type { BuildInput, WorkEffect } from "./state/build-state.ts";

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

async function runTask(running: RunningBuild, effect: Extract<WorkEffect, { type: "run-task" }>): Promise<BuildInput> {
  const { bench, work } = running;
  const { phase, task } = findTask(running, effect);
  if (effect.delayMs > 0) await waitFor(effect.delayMs, bench.signal);
  await lookRedFirst(running, phase.id);
  startTaskTime(running, task.id);
  // A task that is done again, or that was told already that nothing had changed, may find that all is there.
  const failures = running.failures.get(task.id) ?? [];
  const mayChangeNothing = bench.generations.has(task.id) || failures.some(({ kind }) => kind === "no-change");
  const next = running.nextTries.get(task.id) ?? firstTry;
  const session = { task, phase, evidence: [], isRepair: false, mayChangeNothing, ...next };
  const result = await runSession(running, session, ({ commit, text }) => {
    work.commits.set(task.id, commit);
    work.outputs.set(task.id, text);
    reportProgress(running);
  });
  if (result.outcome === "failed") return recoverTask(running, { phase, task, failure: result.failure });
  return { type: "task-finished", task: task.id };
}

/** Looks at a phase's criteria once before its first task: one that passes already proves nothing afterwards. */
async function lookRedFirst({ bench, work, redFirst }: RunningBuild, phase: string): Promise<void> {
  if (!bench.options.redFirst || bench.options.skipTests) return;
  const look = redFirst.get(phase) ?? checkRedFirst(bench, work, phase);
  redFirst.set(phase, look);
  await look;
}

async function acceptPhase(running: RunningBuild, phaseId: string): Promise<BuildInput> {
  const { bench, work } = running;
  const startedMs = bench.clock.monotonicMs();
  await endTasks(running, phaseId);
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

/** Lets go of what a phase's tasks were kept by until they were merged and journalled: all at once, since each takes a start of git. */
async function endTasks({ bench, work }: RunningBuild, phaseId: string): Promise<void> {
  if (bench.parallelTasks === 1) return;
  const tasks = work.plan.phases.find(({ id }) => id === phaseId)?.tasks ?? [];
  const merged = tasks.filter(({ id }) => work.commits.has(id));
  await bench.worktrees.release(merged.map(({ id }) => `done/${id}`));
  await bench.worktrees.prune();
}

/** One session in which Claude is shown what the failed checks saw; its commit counts for the tasks concerned. */
async function repairPhase(running: RunningBuild, phaseId: string): Promise<BuildInput> {
  const { work } = running;
  const phase = work.plan.phases.find((candidate) => candidate.id === phaseId);
  const acceptance = running.acceptances.get(phaseId);
  if (!phase || !acceptance)
    throw new CcbError({ code: "unexpected", message: `Phase "${phaseId}" has nothing to repair.` });
  const task: Task = planRepairTask({ phase, failed: acceptance.failed, criteria: work.criteria });
  const repair = { task, phase, evidence: acceptance.failed, isRepair: true, mayChangeNothing: true, ...firstTry };
  await runSession(running, repair);
  return { type: "phase-repaired", phase: phaseId };
}

async function waitFor(delayMs: number, signal: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, { signal }).catch(() => {
    throw signal.reason;
  });
}

function findTask({ work }: RunningBuild, at: { phase: string; task: string }) {
  const phase = work.plan.phases.find((candidate) => candidate.id === at.phase);
  const task = phase?.tasks.find((candidate) => candidate.id === at.task);
  if (!phase || !task) throw new CcbError({ code: "unexpected", message: `The plan has no task "${at.task}".` });
  return { phase, task };
}
