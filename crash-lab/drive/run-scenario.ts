import { judgeRun } from "../judge/judge-run.ts";
import { isLocked, listLeftFiles, readJournal, readRepository } from "../judge/read-run.ts";
import type { RunFacts, Violation } from "../judge/run-facts.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { awaitQuiet, finishRun, type OpenRunOptions, openRun, type Run } from "./open-run.ts";

/** What came of a run. */
export interface RunReport {
  scenario: string;
  seed: number;
  violations: Violation[];
  /** What was done, in order. */
  notes: string[];
  disturbances: number;
  durationMs: number;
  starts: number;
  calls: number;
  /** Rows of the ledger that are marked unknown or cut. */
  unknownCalls: number;
  /** Session calls of tasks that were not finished when they were cut, made again. */
  repeatedSessionCalls: number;
  /** Set when the run's folder was kept. */
  folder: string | undefined;
}

export interface RunScenarioOptions extends OpenRunOptions {
  scenario: Scenario;
  /** The tree of an undisturbed build. */
  reference: Record<string, string>;
  /** Keep the folders of runs that broke a rule. */
  keep: boolean;
}

/** Opens a run, lets the scenario disturb it, goes on with the same command until it is done, and judges what came of it. */
export async function runScenario(options: RunScenarioOptions): Promise<RunReport> {
  const { scenario, reference, keep, ...open } = options;
  const startedMs = performance.now();
  const run = await openRun(open);
  let isKept = false;
  try {
    await scenario.disturb(run);
    if (!run.isDone) await finishRun(run);
    const facts = await gatherFacts(run);
    const violations = [...run.violations, ...judgeRun(facts, reference)];
    isKept = keep && violations.length > 0;
    return {
      scenario: scenario.name,
      seed: run.seed,
      violations,
      notes: run.notes,
      disturbances: run.disturbances,
      durationMs: performance.now() - startedMs,
      starts: run.starts.length,
      calls: facts.calls.length,
      unknownCalls: facts.ledger.filter(({ status }) => status === "unknown" || status === "cut").length,
      repeatedSessionCalls: countRepeatedSessionCalls(facts),
      folder: isKept ? run.folder : undefined,
    };
  } finally {
    await run.close();
    if (!isKept) run.remove();
  }
}

/** Everything that is known of a run whose processes have ended. */
export async function gatherFacts(run: Run): Promise<RunFacts> {
  const processes = await awaitQuiet(run);
  const journal = readJournal(run.project);
  const repository = readRepository(run.project);
  return {
    exitCode: run.last?.code ?? null,
    outcome: journal.events.findLast(({ type }) => type === "build-end")?.outcome,
    stderr: run.last?.stderr ?? "",
    tree: repository.tree,
    uncommitted: repository.uncommitted,
    committedTasks: repository.committedTasks,
    events: journal.events,
    starts: run.starts,
    reopened: [...run.reopened],
    ledger: journal.ledger,
    openReservations: journal.openReservations,
    calls: run.model.calls(),
    leftovers: {
      processes,
      files: listLeftFiles(run.folder, run.project),
      worktrees: repository.worktrees,
      branches: repository.branches,
      locked: isLocked(run.project),
    },
    damage: [...journal.damage, ...repository.damage],
  };
}

function countRepeatedSessionCalls({ calls }: RunFacts): number {
  const asked = calls.filter(({ agent, outcome }) => agent === "builder" && outcome === "answered");
  return asked.length - new Set(asked.map(({ contentHash }) => contentHash)).size;
}
