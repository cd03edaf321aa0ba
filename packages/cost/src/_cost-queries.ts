import type { CostEntry } from "@ccb/core";
import type { Store } from "@ccb/store";
import { type CostSums, readEntry, readSums, sumColumns, textOf } from "./_cost-rows.ts";

/** Which calls; a field left out does not restrict. */
export interface CostFilter {
  phase?: string;
  task?: string;
  agent?: string;
  model?: string;
  status?: CostEntry["status"];
  /** ISO 8601, inclusive. */
  since?: string;
  /** ISO 8601, exclusive. */
  until?: string;
}

/** What calls can be grouped by. */
export type CostDimension = "agent" | "phase" | "task" | "model" | "day" | "hour" | "week" | "session";

const groupColumns: Record<CostDimension, string> = {
  // "claude-code", "claude-code/subagent:reviewer", "claude-code/background:web-search"
  agent: "agent || COALESCE('/' || caller, '')",
  phase: "phase_id",
  task: "task_id",
  model: "model_name",
  day: "substr(timestamp, 1, 10)",
  hour: "substr(timestamp, 1, 13) || ':00'",
  week: "strftime('%G-W%V', timestamp)",
  session: "claude_session_id",
};

const filterConditions: Record<keyof CostFilter, string> = {
  phase: "phase_id = ?",
  task: "task_id = ?",
  agent: "agent = ?",
  model: "model_name = ?",
  status: "status = ?",
  since: "timestamp >= ?",
  until: "timestamp < ?",
};

/** The entries of a build, oldest first. */
export function listEntries(store: Store, build: string, filter: CostFilter): CostEntry[] {
  const { where, values } = whereOf(filter);
  return store.database
    .prepare(`SELECT * FROM cost_entries WHERE build_id = ?${where} ORDER BY id`)
    .all(build, ...values)
    .map(readEntry);
}

/** The entries of a build, summed by one of their columns, dearest first. */
export function sumEntriesBy(
  store: Store,
  build: string,
  query: { by: CostDimension; filter: CostFilter },
): { key: string | undefined; sums: CostSums }[] {
  const { where, values } = whereOf(query.filter);
  const column = groupColumns[query.by];
  return store.database
    .prepare(
      `SELECT ${column} AS key, ${sumColumns} FROM cost_entries WHERE build_id = ?${where}
        GROUP BY ${column} ORDER BY cost_micro_usd DESC, key`,
    )
    .all(build, ...values)
    .map((row) => ({ key: textOf(row.key), sums: readSums(row) }));
}

function whereOf(filter: CostFilter): { where: string; values: string[] } {
  const given = Object.entries(filterConditions).flatMap(([field, condition]) => {
    const value = filter[field as keyof CostFilter];
    return value === undefined ? [] : [{ condition, value }];
  });
  return { where: given.map(({ condition }) => ` AND ${condition}`).join(""), values: given.map(({ value }) => value) };
}
