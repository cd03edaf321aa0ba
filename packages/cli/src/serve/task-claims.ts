import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { acquireLock } from "@ccb/store";

/** Who works on a task, and until when nobody else may. */
export interface TaskClaim {
  task: string;
  by: string;
  /** ISO 8601. */
  until: string;
}

const claimMs = 2 * 60 * 60 * 1000;

const folderOf = (directory: string) => join(directory, ".checkpoints", "claims");
const fileOf = (directory: string, task: string) => join(folderOf(directory), `${task}.json`);

/** The claim of a task that holds now, or undefined. */
export function readClaim(directory: string, task: string, now: Date): TaskClaim | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(directory, task), "utf8");
  } catch {
    return undefined;
  }
  const claim = JSON.parse(text) as TaskClaim;
  return Date.parse(claim.until) > now.getTime() ? claim : undefined;
}

/** Claims a task for two hours, or again for the same claimant. CcbError `usage` where somebody else has it: of two at once, one wins. */
export function claimTask(directory: string, claim: { task: string; by: string; now: Date }): TaskClaim {
  const { task, by, now } = claim;
  return alone(directory, () => {
    refuseOthers(readClaim(directory, task, now), by);
    const made: TaskClaim = { task, by, until: new Date(now.getTime() + claimMs).toISOString() };
    writeFileSync(fileOf(directory, task), JSON.stringify(made));
    return made;
  });
}

/** Gives a task back. CcbError `usage` where somebody else has it. */
export function releaseTask(directory: string, claim: { task: string; by: string; now: Date }): void {
  alone(directory, () => {
    refuseOthers(readClaim(directory, claim.task, claim.now), claim.by);
    rmSync(fileOf(directory, claim.task), { force: true });
  });
}

/** Runs work that no other process does at the same time; the work is short, so who finds another one at it is asked to come again. */
function alone<T>(directory: string, work: () => T): T {
  mkdirSync(folderOf(directory), { recursive: true });
  const lock = acquireLock({ directory: folderOf(directory) });
  if (!lock.acquired) {
    throw new CcbError({ code: "locked", message: "Somebody else is claiming a task just now.", hint: "Try again." });
  }
  try {
    return work();
  } finally {
    lock.lock.release();
  }
}

function refuseOthers(claim: TaskClaim | undefined, by: string): void {
  if (claim === undefined || claim.by === by) return;
  throw new CcbError({
    code: "usage",
    message: `The task "${claim.task}" is claimed by ${claim.by} until ${claim.until}.`,
    hint: "Claim another one: list_tasks with status ready.",
  });
}
