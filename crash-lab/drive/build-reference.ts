import { readFileSync, rmSync } from "node:fs";
import { judgeRun } from "../judge/judge-run.ts";
import type { Violation } from "../judge/run-facts.ts";
import { renderPreload } from "./build-preload.ts";
import { openRun } from "./open-run.ts";
import { gatherFacts } from "./run-scenario.ts";

/** What a build is like that nobody disturbs. */
export interface Reference {
  tree: Record<string, string>;
  durationMs: number;
  /** Writes to the journal; an estimate where they cannot be counted. */
  journalSteps: number;
  calls: number;
  /** Rules that do not even hold for it. */
  violations: Violation[];
}

/** Syncs of the journal in a build of the product, as measured; used where they cannot be counted. */
const usualJournalSteps = 350;

/** Builds the product once without any disturbance, one task after the other. */
export async function buildReference(options: { preload: string | undefined }): Promise<Reference> {
  const run = await openRun({
    seed: 0,
    preload: options.preload,
    journalSteps: 0,
    undisturbedMs: 0,
    kills: 0,
    moreArgs: [],
  });
  const countFile = `${run.folder}.count`;
  const fault = { op: "sync", action: "count", at: 0, path: "build.db-wal" } as const;
  try {
    const environment = options.preload ? renderPreload(options.preload, { fault, countFile }) : {};
    const { durationMs } = await run.start({ environment }).ended;
    const facts = await gatherFacts(run);
    const journalSteps = options.preload ? readFileSync(countFile).length : usualJournalSteps;
    return {
      tree: facts.tree,
      durationMs,
      journalSteps,
      calls: facts.calls.length,
      violations: judgeRun(facts, facts.tree),
    };
  } finally {
    await run.close();
    run.remove();
    rmSync(countFile, { force: true });
  }
}
