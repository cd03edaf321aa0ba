import { diffSpecs } from "@ccb/context";
import { type BuildEvent, type BuildOutcome, CcbError, type Plan, systemClock } from "@ccb/core";
import { createEventChannel } from "./_event-channel.ts";
import { abandonReason, isAbandoned } from "./abandon.ts";
import type { BuildOptions } from "./build-options.ts";
import { takeWaivers } from "./gate/take-waivers.ts";
import { watchCommands } from "./journal/commands.ts";
import { openWorkbench } from "./open-workbench.ts";
import { prepareDirectory } from "./project/prepare-directory.ts";
import { recoverDirectory } from "./project/recover-directory.ts";
import { runBuild } from "./run-build.ts";
import { type Intake, readIntake } from "./stages/intake.ts";
import type { CriteriaByPhase } from "./stages/make-criteria.ts";
import { listTouchedTasks } from "./stages/update-plan.ts";
import type { BuildSummary } from "./stages/write-summary.ts";
import type { PreviousPlan } from "./workbench.ts";

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
  /**
   * Ends it as a kill of the process would: nothing more is written or noted, so that the next run finds what a killed build leaves. For replaying a build that was killed; to end
   * a build, use `stop`.
   */
  abandon(): void;
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
    stop: () => void stopBuild(abort),
    abandon: () => abort.abort(abandonReason()),
  };
}

async function prepareAndRun(
  options: BuildOptions,
  stop: AbortController,
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
  if (!prepared) return notStarted("The output directory is not empty and was left as it is.");
  const failure = new AbortController();
  let budgetReason: string | undefined;
  const opened = await openWorkbench({
    options,
    intake,
    paths: prepared.paths,
    signal: AbortSignal.any([stop.signal, failure.signal]),
    clock,
    onEvent,
    onBudgetReached: (reason) => {
      budgetReason ??= reason;
    },
    confirmChange: (previous) => confirmChange(options, { intake, previous }),
  });
  if (!opened)
    return notStarted("The specification has changed and the change was not confirmed; nothing was touched.");
  const { bench, store, recorder, close } = opened;
  const watching: (() => void)[] = [];
  try {
    if (prepared.backup)
      bench.emit({ type: "warning", message: `What was in ${prepared.paths.root} is now in ${prepared.backup}.` });
    await recoverDirectory(bench);
    await takeWaivers(bench);
    const result = await runBuild(bench, {
      resumed: prepared.resumed,
      budgetReason: () => budgetReason,
      abort: (reason) => failure.abort(reason),
      onReady: ({ pause, resume }) => {
        const obey = { pause, resume, stop: () => stopBuild(stop) };
        const onProblem = (error: unknown) => failure.abort(error);
        watching.push(watchCommands(store, { obey: (command) => obey[command](), onProblem }));
      },
    });
    if (isAbandoned(bench.signal)) return result;
    if (result.error?.code !== "store-failed") bench.journal.endRun(result.outcome);
    recorder.end(result.outcome);
    return result;
  } finally {
    for (const end of watching) end();
    await close();
  }
}

function stopBuild(stop: AbortController): string {
  stop.abort(new CcbError({ code: "stopped", message: "The build was stopped." }));
  return "The build is stopping; finished work is kept.";
}

function notStarted(reason: string): BuildResult {
  return {
    outcome: "stopped",
    reason,
    directory: undefined,
    summary: undefined,
    planned: undefined,
    error: undefined,
  };
}

/** A changed specification is only gone on with when somebody said so. */
async function confirmChange(
  options: BuildOptions,
  change: { intake: Intake; previous: PreviousPlan },
): Promise<boolean> {
  const { previous, intake } = change;
  const diff = diffSpecs(previous.specification, intake.specification.text);
  const { added, removed, changed } = diff;
  if (options.onSpecificationChange) {
    const reopenedTasks = listTouchedTasks(previous.plan, diff);
    return (await options.onSpecificationChange({ added, removed, changed, reopenedTasks })) === "update";
  }
  throw new CcbError({
    code: "usage",
    message: `The specification is not the one this build began with: ${added.length} requirements were added, ${removed.length} removed, ${changed.length} changed.`,
    hint: "Go on with the old one: ccb resume DIR. Go on with the new one: ccb resume DIR --update-spec FILE. Build anew: another --output-dir.",
  });
}
