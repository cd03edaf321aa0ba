import { type BuildEvent, type BuildOutcome, CcbError, type Plan, systemClock } from "@ccb/core";
import { createEventChannel } from "./_event-channel.ts";
import type { BuildOptions } from "./build-options.ts";
import { openWorkbench } from "./open-workbench.ts";
import { prepareDirectory } from "./project/prepare-directory.ts";
import { runBuild } from "./run-build.ts";
import { readIntake } from "./stages/intake.ts";
import type { CriteriaByPhase } from "./stages/make-criteria.ts";
import type { BuildSummary } from "./stages/write-summary.ts";

/** How a build ended. `summary` is missing when it ended before a project directory was there. */
export interface BuildResult {
  outcome: BuildOutcome;
  reason: string;
  directory: string | undefined;
  summary: BuildSummary | undefined;
  /** What a dry run made. */
  planned: { plan: Plan; criteria: CriteriaByPhase } | undefined;
  /** The failure behind outcome "failed", where there is one. */
  error: CcbError | undefined;
}

/** A build under way: read its events, await its result, or stop it. */
export interface Build {
  events: AsyncIterable<BuildEvent>;
  /** Rejects only with a CcbError from before the first step (bad input, locked directory); every later ending is a value. */
  result: Promise<BuildResult>;
  /** Ends running sessions and checks and stops at the last finished task; the result's outcome is "stopped". */
  stop(): void;
}

/**
 * Starts a build and returns at once: specification → analysis → plan → criteria → instructions → tasks in Claude Code → acceptance → documents.
 *
 * Everything is journalled in the project directory; the same call on the same directory reuses what is done.
 */
export function startBuild(options: BuildOptions): Build {
  const channel = createEventChannel<BuildEvent>();
  const abort = new AbortController();
  const result = prepareAndRun(options, abort, (event) => channel.push(event)).finally(() => channel.end());
  // The caller may read only the events; a rejection is then theirs to see through `result`, not an unhandled one.
  result.catch(() => undefined);
  return {
    events: channel,
    result,
    stop: () => abort.abort(new CcbError({ code: "stopped", message: "The build was stopped." })),
  };
}

async function prepareAndRun(
  options: BuildOptions,
  abort: AbortController,
  onEvent: (event: BuildEvent) => void,
): Promise<BuildResult> {
  const clock = options.clock ?? systemClock;
  const intake = await readIntake(options);
  const prepared = await prepareDirectory({
    cwd: options.cwd,
    outputDirectory: options.outputDirectory,
    projectName: intake.projectName,
    clock,
    onExisting: options.onExistingDirectory ?? (async ({ resumable }) => (resumable ? "resume" : "backup")),
  });
  if (!prepared) {
    const reason = "The output directory is not empty and was left as it is.";
    return {
      outcome: "stopped",
      reason,
      directory: undefined,
      summary: undefined,
      planned: undefined,
      error: undefined,
    };
  }
  let budgetReason: string | undefined;
  const { bench, close } = await openWorkbench({
    options,
    intake,
    paths: prepared.paths,
    signal: abort.signal,
    clock,
    onEvent,
    onBudgetReached: (reason) => {
      budgetReason ??= reason;
    },
  });
  try {
    if (prepared.backup)
      bench.emit({ type: "warning", message: `What was in ${prepared.paths.root} is now in ${prepared.backup}.` });
    return await runBuild(bench, { resumed: prepared.resumed, budgetReason: () => budgetReason });
  } finally {
    await close();
  }
}
