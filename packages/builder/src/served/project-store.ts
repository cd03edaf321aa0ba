import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CcbError, systemClock } from "@ccb/core";
import { type CostBreakdownRow, type CostLedger, costMigrations, createCostLedger } from "@ccb/cost";
import { openStore, type Store } from "@ccb/store";
import { journalMigrations } from "../journal/journal-migrations.ts";
import { planProjectPaths } from "../project/project-paths.ts";

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
