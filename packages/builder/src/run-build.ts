import { type BuildOutcome, CcbError } from "@ccb/core";
import { carryOut, type RunningBuild } from "./carry-out.ts";
import { saveState } from "./project/save-state.ts";
import { type BuildSummary, writeSummary, writeTrace } from "./stages/write-summary.ts";
import type { BuildResult } from "./start-build.ts";
import { advanceBuild } from "./state/advance-build.ts";
import { type BuildEffect, type BuildInput, type BuildPolicy, defineInitialState } from "./state/build-state.ts";
import { defineEmptyWork, type Workbench } from "./workbench.ts";

export interface RunBuildOptions {
  resumed: boolean;
  /** Why the gateway refused a call, once it did. */
  budgetReason: () => string | undefined;
}

/** Drives the state machine: what it asks for is carried out, and what came of it goes back in, until the build ends. */
export async function runBuild(bench: Workbench, options: RunBuildOptions): Promise<BuildResult> {
  const running: RunningBuild = {
    bench,
    work: defineEmptyWork(),
    state: defineInitialState(policyOf(bench)),
    criteria: [],
    failures: new Map(),
    acceptances: new Map(),
    startedMs: bench.clock.monotonicMs(),
  };
  bench.emit({
    type: "build-start",
    build: bench.build,
    project: bench.intake.projectName,
    directory: bench.paths.root,
    model: bench.options.model,
    resumed: options.resumed,
  });
  for (const message of bench.intake.warnings) bench.emit({ type: "warning", message });
  let error: CcbError | undefined;
  let input: BuildInput = { type: "started" };
  for (;;) {
    const { state, effects } = advanceBuild(running.state, input);
    running.state = state;
    await saveState(bench, state);
    const [effect] = effects;
    if (!effect)
      throw new CcbError({ code: "unexpected", message: `The build has nothing to do in stage "${state.stage}".` });
    if (effect.type === "end") return finish(running, effect, error);
    try {
      if (bench.signal.aborted) throw bench.signal.reason;
      input = await carryOut(running, effect);
    } catch (cause) {
      const known = CcbError.isInstance(cause) ? cause : unexpected(cause);
      input = interruptedBy(bench, known, options.budgetReason());
      if (input.type === "interrupted" && input.outcome === "failed") error = known;
    }
  }
}

function policyOf(bench: Workbench): BuildPolicy {
  const { dryRun = false, skipTests = false, continueOnError = false, phases } = bench.options;
  return { dryRun, skipTests, continueOnError, phases, maxTaskAttempts: 2, maxRepairs: 1 };
}

function interruptedBy(bench: Workbench, error: CcbError, budgetReason: string | undefined): BuildInput {
  if (bench.signal.aborted)
    return { type: "interrupted", outcome: "stopped", reason: "The build was stopped; finished work is kept." };
  if (budgetReason !== undefined || error.code === "budget-reached") {
    return { type: "interrupted", outcome: "budget-reached", reason: budgetReason ?? error.message };
  }
  return { type: "interrupted", outcome: "failed", reason: error.message };
}

function unexpected(cause: unknown): CcbError {
  return new CcbError({
    code: "unexpected",
    message: `An error nobody expected: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "The details are in logs/debug.log of the project directory. Running the same command again goes on from the last finished step.",
    cause,
  });
}

/** Writes what is known at the end, whatever the end is, and says how it ended. */
async function finish(
  running: RunningBuild,
  ending: Extract<BuildEffect, { type: "end" }>,
  error: CcbError | undefined,
): Promise<BuildResult> {
  const { bench, work } = running;
  const durationMs = Math.round(bench.clock.monotonicMs() - running.startedMs);
  const { costMicroUsd } = bench.ledger.totals();
  // Without a plan there is nothing to trace, and an earlier run's trace is not overwritten.
  const hasPlan = work.plan.phases.length > 0;
  const summary = hasPlan ? await writeReport(running, ending.outcome, durationMs) : undefined;
  if (hasPlan && (await bench.repository.head()) && !bench.signal.aborted && ending.outcome !== "planned")
    await commitReport(bench);
  bench.emit({
    type: "build-end",
    outcome: ending.outcome,
    reason: ending.reason,
    directory: bench.paths.root,
    costMicroUsd,
    durationMs,
  });
  const planned = ending.outcome === "planned" ? { plan: work.plan, criteria: running.criteria } : undefined;
  return { outcome: ending.outcome, reason: ending.reason, directory: bench.paths.root, summary, planned, error };
}

async function writeReport(running: RunningBuild, outcome: BuildOutcome, durationMs: number): Promise<BuildSummary> {
  const { bench, work } = running;
  const trace = await writeTrace(bench, work);
  return writeSummary(bench, { work, trace, outcome, durationMs });
}

/** Evidence, trace and summary belong to the project's history; a half-made task does not. */
async function commitReport(bench: Workbench): Promise<void> {
  await bench.repository.commitPath("artifacts", {
    subject: `Report on ${bench.intake.projectName}`,
    trailers: [["CCB-Build", bench.build]],
  });
}
