import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CcbError, systemClock } from "@ccb/core";
import { type CostBreakdownRow, type CostLedger, costMigrations, createCostLedger } from "@ccb/cost";
import { acquireLock, openStore, type Store } from "@ccb/store";
import { type BuildCommand, sendCommand } from "../journal/commands.ts";
import { journalMigrations } from "../journal/journal-migrations.ts";
import { planProjectPaths } from "../project/project-paths.ts";

const answerLimitMs = 5_000;

/** What the build of a project directory has cost, in micro-dollars. CcbError `bad-input` for a directory that is no project. */
export function readProjectCosts(
  directory: string,
  by: "phase" | "task" | "agent" | "model" | "day",
): { totals: ReturnType<CostLedger["totals"]>; rows: CostBreakdownRow[] } {
  return withStore(directory, true, (store) => {
    const build = store.database.prepare("SELECT id FROM builds LIMIT 1").get();
    const ledger = createCostLedger({ store, build: String(build?.id ?? "none"), clock: systemClock });
    return { totals: ledger.totals(), rows: ledger.breakdown(by) };
  });
}

/** True while another process builds in the directory. */
export function isProjectBusy(directory: string): boolean {
  const paths = planProjectPaths(resolve(directory));
  if (!existsSync(paths.database)) return false;
  const lock = acquireLock({ directory: paths.checkpoints });
  if (lock.acquired) lock.lock.release();
  return !lock.acquired;
}

/** Asks the process that builds in a directory to pause, to go on or to stop; resolves with its answer. CcbError `usage` when nobody builds there. */
export async function commandProject(directory: string, command: BuildCommand): Promise<string> {
  if (!isProjectBusy(directory)) {
    throw new CcbError({
      code: "usage",
      message: `No process is building in ${directory}, so there is nothing to ${command}.`,
    });
  }
  const answer = await withStore(directory, false, (store) =>
    sendCommand(store, command, { timeoutMs: answerLimitMs }),
  );
  return answer ?? `The process that builds did not answer within ${answerLimitMs / 1000} s.`;
}

/** Opens the project's database, and closes it when the work is done. */
export function withStore<T>(directory: string, readOnly: boolean, work: (store: Store) => T): T {
  const { database, root } = planProjectPaths(resolve(directory));
  if (!existsSync(database)) {
    throw new CcbError({
      code: "bad-input",
      message: `${root} is no CCB project: it has no .checkpoints/build.db.`,
      hint: "Give the directory that ccb init made (claude-builds/<name>_<time>, or what --output-dir said).",
    });
  }
  const store = openStore({ path: database, migrations: [journalMigrations, costMigrations], readOnly });
  const close = () => store.close();
  try {
    const result = work(store);
    if (result instanceof Promise) return result.finally(close) as T;
    close();
    return result;
  } catch (error) {
    close();
    throw error;
  }
}
