import type { CostTotals } from "@ccb/core";
import type { Store } from "@ccb/store";
import { numberOf, readSums, textOf } from "./_cost-rows.ts";

/** The calls of an agent with a model in one hour, day or week. */
export interface CostRollUp extends Pick<CostTotals, "calls" | "usage" | "costMicroUsd" | "unpricedCalls"> {
  /** UTC: "2026-11-21T10:00", "2026-11-21" or "2026-W47" (ISO 8601). */
  period: string;
  agent: string;
  model: string;
  /** Calls that were cut, failed or got no answer. */
  unansweredCalls: number;
  /** Mean time to the end of a call. */
  meanLatencyMs: number;
}

const periods = {
  hour: "hour || ':00'",
  day: "substr(hour, 1, 10)",
  week: "strftime('%G-W%V', substr(hour, 1, 10))",
};

const summed = [
  "calls",
  "unanswered_calls",
  "unpriced_calls",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "web_search_requests",
  "cost_micro_usd",
  "counted_micro_usd",
  "latency_ms",
];

/** The calls of a database rolled up by hour, day or week, oldest first; from sums kept by the hour, so that it takes no longer with a million calls. */
export function readRollUps(store: Store, options: { period: keyof typeof periods; build?: string }): CostRollUp[] {
  const { period, build } = options;
  return store.database
    .prepare(
      `SELECT ${periods[period]} AS period, agent, model_name, ${summed.map((column) => `SUM(${column}) AS ${column}`).join(", ")}
        FROM cost_hours WHERE ? IS NULL OR build_id = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    )
    .all(build ?? null, build ?? null)
    .map((row) => {
      const { countedMicroUsd: _counted, ...sums } = readSums(row);
      return {
        period: textOf(row.period) ?? "",
        agent: textOf(row.agent) ?? "",
        model: textOf(row.model_name) ?? "",
        ...sums,
        unansweredCalls: numberOf(row.unanswered_calls),
        meanLatencyMs: sums.calls === 0 ? 0 : numberOf(row.latency_ms) / sums.calls,
      };
    });
}
