import { systemClock } from "@ccb/core";
import { type CostBreakdownRow, type CostLedger, createCostLedger } from "@ccb/cost";
import { requireProject, withProjectStore } from "../project/project-store.ts";

/** What the build of a project directory has cost, in micro-dollars. CcbError `bad-input` for a directory that is no project. */
export function readProjectCosts(
  directory: string,
  by: "phase" | "task" | "agent" | "model" | "day",
): { totals: ReturnType<CostLedger["totals"]>; rows: CostBreakdownRow[] } {
  return withProjectStore(
    requireProject(directory),
    (store) => {
      const build = store.database.prepare("SELECT id FROM builds LIMIT 1").get();
      const ledger = createCostLedger({ store, build: String(build?.id ?? "none"), clock: systemClock });
      return { totals: ledger.totals(), rows: ledger.breakdown(by) };
    },
    { readOnly: true },
  );
}
