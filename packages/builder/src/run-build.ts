import { type BuildOutcome, CcbError } from "@ccb/core";
import { listKeyUses } from "@ccb/gateway";
import { createEventChannel } from "./_event-channel.ts";
import { isAbandoned } from "./abandon.ts";
import { carryOut } from "./carry-out.ts";
import { createStateFile } from "./project/state-file.ts";
import { renderAuditHead } from "./proof/audit-heads.ts";
import { writeJournals } from "./report/write-journals.ts";
import type { RunningBuild } from "./running-build.ts";
import { type BuildSummary, writeSummary, writeTrace } from "./stages/write-summary.ts";
import type { BuildResult } from "./start-build.ts";
import { advanceBuild } from "./state/advance-build.ts";
import {
  type BuildEffect,
  type BuildInput,
  type BuildPolicy,
  type BuildState,
  defineInitialState,
  effectKey,
  type WorkEffect,
} from "./state/build-state.ts";
import { measureProgressError } from "./state/estimate-remaining.ts";
import { lifecycleOf } from "./state/lifecycle.ts";
import { defineEmptyWork, type Workbench } from "./workbench.ts";
import { endWorktrees } from "./workplace/end-worktrees.ts";

export interface RunBuildOptions {
  resumed: boolean;
  /** Why the gateway refused a call, once it did. */
  budgetReason: () => string | undefined;
  /** Ends everything that is under way; called when one part failed in a way that the others cannot survive. */
  abort: (reason: CcbError) => void;
  /** Told of every change of the state, with the function that puts a request of the user into the build. */
  onReady?: (control: BuildControl) => void;
}

/** What a user may ask of a running build; each returns what will happen, in one sentence. */
export interface BuildControl {
  pause(): string;
  resume(): string;
}

/** Drives the state machine: what it asks for is carried out, side by side where it may, and what came of it goes back in, until the build ends. */
export async function runBuild(bench: Workbench, options: RunBuildOptions): Promise<BuildResult> {
  const running = openRunningBuild(bench);
  const inputs = createEventChannel<BuildInput>();
  const underWay = new Set<Promise<void>>();
  const stopped = () => inputs.push(interruptedBy(toCcbError(bench.signal.reason), options.budgetReason()));
  const onFailure = (cause: CcbError) => {
    running.error ??= cause;
    options.abort(cause);
  };
  const start = (effect: WorkEffect) => {
    const work = perform(running, effect).then(
      (result) => inputs.push(result),
      (cause: unknown) => {
        const interrupted = interruptedBy(toCcbError(cause), options.budgetReason());
        if (interrupted.outcome === "failed") onFailure(toCcbError(cause));
        inputs.push({ ...interrupted, effect: effectKey(effect) });
      },
    );
    underWay.add(work);
    void work.then(() => underWay.delete(work));
  };
  const rests = new Set<NodeJS.Timeout>();
  const rest = (ms: number) => rests.add(setTimeout(() => inputs.push({ type: "rest-ended" }), ms));
  bench.signal.addEventListener("abort", stopped);
  try {
    announceStart(running, options.resumed);
    options.onReady?.(createControl(running, (input) => inputs.push(input)));
    inputs.push({ type: "started" });
    return await drive(running, inputs, { start, rest });
  } catch (cause) {
    // The journal or the disk failed under the build itself: nothing more can be noted, so everything ends here.
    onFailure(toCcbError(cause));
    await Promise.all(underWay);
    const error = running.error ?? toCcbError(cause);
    const { root } = bench.paths;
    return {
      outcome: "failed",
      reason: error.message,
      directory: root,
      summary: undefined,
      planned: undefined,
      error,
    };
  } finally {
    bench.signal.removeEventListener("abort", stopped);
    for (const timer of rests) clearTimeout(timer);
    await running.stateFile.flush();
  }
}

/** Takes what happened, one after the other, and starts what follows from it. */
async function drive(
  running: RunningBuild,
  inputs: AsyncIterable<BuildInput>,
  { start, rest }: { start: (effect: WorkEffect) => void; rest: (ms: number) => void },
): Promise<BuildResult> {
  const { bench } = running;
  for await (const input of inputs) {
    const before = running.state;
    const { state, effects } = advanceBuild(before, input);
    running.state = state;
    announceChanges(running, before);
    running.stateFile.save(state);
    if (state.stage !== before.stage || input.type === "task-finished" || input.type === "phase-checked")
      bench.backup.request();
    if (input.type === "task-failed" && input.next.type === "rest") rest(input.next.resumeAfterMs);
    for (const effect of effects) {
      if (effect.type === "end") return finish(running, effect);
      start(effect);
    }
  }
  throw new CcbError({ code: "unexpected", message: `The build has nothing to do in stage "${running.state.stage}".` });
}

async function perform(running: RunningBuild, effect: WorkEffect): Promise<BuildInput> {
  running.bench.signal.throwIfAborted();
  return carryOut(running, effect);
}

function openRunningBuild(bench: Workbench): RunningBuild {
  return {
    bench,
    work: defineEmptyWork(),
    state: defineInitialState(policyOf(bench)),
    criteria: [],
    failures: new Map(),
    nextTries: new Map(),
    taskTimes: new Map(),
    firstTaskMs: undefined,
    predictions: [],
    finishedTasks: [],
    acceptances: new Map(),
    redFirst: new Map(),
    startedMs: bench.clock.monotonicMs(),
    stateFile: createStateFile(bench),
    error: undefined,
  };
}

function announceStart({ bench }: RunningBuild, resumed: boolean): void {
  const { capMicroUsd, costMicroUsd } = bench.ledger.totals();
  bench.emit({
    type: "build-start",
    build: bench.build,
    project: bench.intake.projectName,
    directory: bench.paths.root,
    model: bench.options.model,
    resumed,
    run: bench.run,
    spentMicroUsd: costMicroUsd,
    ...(capMicroUsd === undefined ? {} : { capMicroUsd }),
  });
  if (bench.confinement) {
    const { kind, reason, isLack } = bench.confinement;
    bench.emit({ type: "confinement-chosen", kind, reason, isLack });
  }
  const { command = "startBuild" } = bench.options;
  for (const use of listKeyUses(bench.options)) bench.emit({ type: "key-used", ...use, command });
  for (const message of bench.intake.warnings) bench.emit({ type: "warning", message });
}

/** Tells what changed between two states: the build's place in its life, and phases that began. */
function announceChanges(running: RunningBuild, before: BuildState): void {
  const { bench, state } = running;
  const [from, to] = [lifecycleOf(before), lifecycleOf(state)];
  const pauseReason = state.pauseReason ?? "somebody asked for a pause";
  const reason = state.ending?.reason ?? (state.paused ? pauseReason : state.stage);
  if (from !== to) bench.emit({ type: "state-changed", from, to, reason });
  const earlier = new Map(before.phases.map((phase) => [phase.id, phase.status]));
  for (const { id, status } of state.phases) {
    const was = earlier.get(id) ?? "pending";
    if (was === "pending" && (status === "building" || status === "checking")) announcePhase(running, id);
  }
}

function createControl(running: RunningBuild, push: (input: BuildInput) => void): BuildControl {
  return {
    pause() {
      const { paused, pauseReason } = running.state;
      if (paused && pauseReason === undefined) return "The build is paused already.";
      push({ type: "pause-requested" });
      const { length } = running.state.underWay;
      return length === 0 ? "The build is paused." : `The build pauses once what is under way has ended (${length}).`;
    },
    resume() {
      if (!running.state.paused) return "The build is not paused; it is running.";
      push({ type: "resume-requested" });
      return "The build goes on.";
    },
  };
}

function policyOf(bench: Workbench): BuildPolicy {
  const { dryRun = false, skipTests = false, continueOnError = false, phases } = bench.options;
  const { parallelTasks } = bench;
  return { dryRun, skipTests, continueOnError, phases, maxTaskAttempts: 6, maxRepairs: 1, parallelTasks };
}

function interruptedBy(
  error: CcbError,
  budgetReason: string | undefined,
): Extract<BuildInput, { type: "interrupted" }> {
  if (error.code === "stopped")
    return { type: "interrupted", outcome: "stopped", reason: `${error.message} Finished work is kept.` };
  if (budgetReason !== undefined || error.code === "budget-reached") {
    return { type: "interrupted", outcome: "budget-reached", reason: budgetReason ?? error.message };
  }
  return { type: "interrupted", outcome: "failed", reason: error.message };
}

function toCcbError(cause: unknown): CcbError {
  if (CcbError.isInstance(cause)) return cause;
  return new CcbError({
    code: "unexpected",
    message: `An error nobody expected: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "The details are in logs/debug.log of the project directory. Running the same command again goes on from the last finished step.",
    cause,
  });
}

/** Writes what is known at the end, whatever the end is, and says how it ended. */
async function finish(running: RunningBuild, ending: Extract<BuildEffect, { type: "end" }>): Promise<BuildResult> {
  const { bench, work } = running;
  const error = ending.outcome === "failed" ? running.error : undefined;
  // An answer that could not be used would fail the next run in the same way.
  if (error?.code === "model-answer-invalid") bench.journal.answers.forget();
  if (ending.outcome === "done") await endWorktrees(bench, { keepCut: false });
  const durationMs = Math.round(bench.clock.monotonicMs() - running.startedMs);
  const { costMicroUsd } = bench.ledger.totals();
  // Without a plan there is nothing to trace, and an earlier run's trace is not overwritten.
  const hasPlan = work.plan.phases.length > 0;
  const summary =
    hasPlan && !isAbandoned(bench.signal) ? await writeReport(running, ending.outcome, durationMs) : undefined;
  if (hasPlan && (await bench.repository.head()) && !bench.signal.aborted && ending.outcome !== "planned")
    await commitReport(bench);
  if (!isAbandoned(bench.signal)) announceEnd(bench, { ending, costMicroUsd, durationMs });
  const planned = ending.outcome === "planned" ? { plan: work.plan, criteria: running.criteria } : undefined;
  return { outcome: ending.outcome, reason: ending.reason, directory: bench.paths.root, summary, planned, error };
}

function announceEnd(
  bench: Workbench,
  end: { ending: Extract<BuildEffect, { type: "end" }>; costMicroUsd: number; durationMs: number },
): void {
  const { outcome, reason } = end.ending;
  const { costMicroUsd, durationMs } = end;
  bench.emit({ type: "build-end", outcome, reason, directory: bench.paths.root, costMicroUsd, durationMs });
}

async function writeReport(running: RunningBuild, outcome: BuildOutcome, durationMs: number): Promise<BuildSummary> {
  const { bench, work } = running;
  const trace = await writeTrace(bench, work);
  const endMs = bench.clock.monotonicMs() - (running.firstTaskMs ?? bench.clock.monotonicMs());
  const progressError = measureProgressError(running.predictions, endMs);
  return writeSummary(bench, { work, trace, outcome, durationMs, progressError });
}

/** Evidence, trace and summary belong to the project's history; a half-made task does not. The head of the audit log goes with them, out of the log's own reach. */
async function commitReport(bench: Workbench): Promise<void> {
  const { root: directory } = bench.paths;
  const journals = await writeJournals({
    directory,
    project: bench.intake.projectName,
    events: bench.journal.events(),
  });
  await bench.repository.commitPaths(["artifacts", ...journals], {
    subject: `Report on ${bench.intake.projectName}`,
    trailers: [["CCB-Build", bench.build], renderAuditHead(bench.auditHead())],
  });
}

function announcePhase({ bench, work }: RunningBuild, phaseId: string): void {
  const at = work.plan.phases.findIndex((candidate) => candidate.id === phaseId);
  const phase = work.plan.phases[at];
  if (!phase) return;
  const { id, name, tasks } = phase;
  bench.emit({ type: "phase-start", phase: id, name, number: at + 1, tasks: tasks.length });
}
