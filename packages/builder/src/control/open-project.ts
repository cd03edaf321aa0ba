import { existsSync } from "node:fs";
import { copyFile, rename, rm } from "node:fs/promises";
import { CcbError, systemClock } from "@ccb/core";
import { acquireLock, type Store } from "@ccb/store";
import { type BuildCommand, sendCommand } from "../journal/commands.ts";
import { createJournal } from "../journal/create-journal.ts";
import { planProjectPaths } from "../project/project-paths.ts";
import { requireProject, withProjectStore } from "../project/project-store.ts";
import { specificationStep } from "../stages/save-specification.ts";
import { explainDamage } from "./explain-damage.ts";

/** Milliseconds a running build has to answer a command; it looks ten times a second. */
const answerLimitMs = 5_000;

/** What a project directory was built from, for going on with it. */
export interface ProjectRecord {
  directory: string;
  build: string;
  project: string;
  /** Text of the specification the build stands on. */
  specification: string | undefined;
  /** What the frontend gave as `BuildOptions.invocation`. */
  invocation: unknown;
}

/**
 * Reads what a project directory was built from. CcbError `bad-input` for a directory that is no project, `store-failed` for a damaged journal.
 */
export function readProject(directory: string): ProjectRecord {
  const paths = requireProject(directory);
  const read = (store: Store) => {
    const journal = createJournal({ store, clock: systemClock });
    const build = journal.build();
    if (!build) throw noBuild(paths.root);
    const { id, project, invocation } = build;
    const specification = journal.latest<{ text: string }>(specificationStep)?.text;
    return { directory: paths.root, build: id, project, specification, invocation };
  };
  return explainDamage(paths, () => withProjectStore(paths, read));
}

/** True while another process builds in the directory. */
export function isBuilding(directory: string): boolean {
  const lock = acquireLock({ directory: requireProject(directory).checkpoints });
  if (lock.acquired) lock.lock.release();
  return !lock.acquired;
}

/**
 * Asks the process that builds in a directory to pause, to go on or to stop; resolves with its answer. CcbError `usage` when nobody builds there, `unexpected` when
 * the one who does gives no answer.
 */
export async function commandBuild(directory: string, command: BuildCommand): Promise<string> {
  const { root } = requireProject(directory);
  if (!isBuilding(root)) {
    throw new CcbError({
      code: "usage",
      message: `No process is building in ${root}, so there is nothing to ${command}.`,
      hint: `Go on with the build: ccb resume ${root}\nLook at it: ccb status ${root}`,
    });
  }
  const answer = await withProjectStore(planProjectPaths(root), (store) =>
    sendCommand(store, command, { timeoutMs: answerLimitMs }),
  );
  if (answer !== undefined) return answer;
  throw new CcbError({
    code: "unexpected",
    message: `The process that builds in ${root} did not answer within ${answerLimitMs / 1000} s.`,
    hint: `It may be asleep or at a long step. Its pid is in ${root}/.checkpoints/lock.json.`,
  });
}

/**
 * Puts the last copy of the journal in place of a damaged one, which is kept beside it; returns where. What happened after the copy was made is found again from the commits;
 * costs booked after it are lost to the ledger. CcbError `locked` while somebody builds, `bad-input` when there is no copy.
 */
export async function restoreJournal(directory: string): Promise<string> {
  const paths = requireProject(directory);
  if (isBuilding(paths.root)) {
    throw new CcbError({ code: "locked", message: `Another process is building in ${paths.root}.` });
  }
  if (!existsSync(paths.databaseBackup)) {
    throw new CcbError({
      code: "bad-input",
      message: `There is no copy of the journal: ${paths.databaseBackup} does not exist.`,
      hint: "Start anew in another directory with ccb init; the commits of this one stay in its git repository.",
    });
  }
  const damaged = `${paths.database}.damaged`;
  if (existsSync(paths.database)) await rename(paths.database, damaged);
  for (const suffix of ["-wal", "-shm"]) await rm(`${paths.database}${suffix}`, { force: true });
  await copyFile(paths.databaseBackup, paths.database);
  // It knows of events that the copy has not; from now on the copy is the truth.
  await rm(paths.latestState, { force: true });
  return damaged;
}

function noBuild(root: string): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `No build was begun in ${root}: its journal is empty.`,
    hint: `Begin one: ccb init spec.md --output-dir ${root} --yes`,
  });
}
