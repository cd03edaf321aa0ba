import type { CapKind, CostTotals, MicroUsd } from "@ccb/core";
import type { Store } from "@ccb/store";
import { numberOf, readSums, textOf } from "./_cost-rows.ts";

/** What a database knows of one build. */
export interface CostBuild extends Pick<CostTotals, "calls" | "usage" | "costMicroUsd" | "unpricedCalls"> {
  build: string;
  /** ISO 8601, of the first and the last call that was booked; undefined while there is none. */
  firstAt: string | undefined;
  lastAt: string | undefined;
  /** Reserved for calls under way. */
  reservedMicroUsd: MicroUsd;
  /** Kept for calls whose cost is not known in full. */
  heldMicroUsd: MicroUsd;
  /** The caps that its ledger was last opened with. */
  caps: Partial<Record<CapKind, MicroUsd>>;
  /** What its cap still allows; undefined without one. */
  remainingMicroUsd: MicroUsd | undefined;
  /** What its cap for a day still allows today (UTC); undefined without one. */
  remainingTodayMicroUsd: MicroUsd | undefined;
}

/** The builds that a database has calls or reservations of, oldest first. The store may be open for reading only, while a build writes to it. */
export function readCostBuilds(store: Store, now: Date = new Date()): CostBuild[] {
  const { database } = store;
  const ids = database
    .prepare("SELECT build_id FROM cost_totals UNION SELECT build_id FROM cost_reservations")
    .all()
    .flatMap((row) => textOf(row.build_id) ?? []);
  const selectTotals = database.prepare("SELECT * FROM cost_totals WHERE build_id = ?");
  const selectSpan = database.prepare(
    `SELECT (SELECT MIN(timestamp) FROM cost_entries WHERE build_id = ?1) AS first,
      (SELECT MAX(timestamp) FROM cost_entries WHERE build_id = ?1) AS last`,
  );
  const selectReserved = database.prepare(
    "SELECT SUM(reserved_micro_usd) AS sum FROM cost_reservations WHERE build_id = ?",
  );
  const selectToday = database.prepare(
    "SELECT counted_micro_usd FROM cost_scopes WHERE build_id = ? AND kind = 'day' AND key = ?",
  );
  const selectCaps = database.prepare("SELECT kind, cap_micro_usd FROM cost_caps WHERE build_id = ?");
  const builds = ids.map((build): CostBuild => {
    const { countedMicroUsd, ...sums } = readSums(selectTotals.get(build));
    const span = selectSpan.get(build);
    const reservedMicroUsd = numberOf(selectReserved.get(build)?.sum);
    const caps: CostBuild["caps"] = {};
    for (const row of selectCaps.all(build)) caps[textOf(row.kind) as CapKind] = numberOf(row.cap_micro_usd);
    const today = numberOf(selectToday.get(build, now.toISOString().slice(0, 10))?.counted_micro_usd);
    const leftOf = (cap: MicroUsd | undefined, counted: MicroUsd) =>
      cap === undefined ? undefined : Math.max(0, cap - counted - reservedMicroUsd);
    return {
      build,
      ...sums,
      firstAt: textOf(span?.first),
      lastAt: textOf(span?.last),
      reservedMicroUsd,
      heldMicroUsd: countedMicroUsd - sums.costMicroUsd,
      caps,
      remainingMicroUsd: leftOf(caps.build, countedMicroUsd),
      remainingTodayMicroUsd: leftOf(caps.day, today),
    };
  });
  return builds.toSorted((a, b) => (a.firstAt ?? "").localeCompare(b.firstAt ?? ""));
}
