import type { SQLOutputValue } from "node:sqlite";
import type { CallScope, CallTerms, CostEntry, CostTotals, MicroUsd, Usage } from "@ccb/core";

type Row = Record<string, SQLOutputValue>;

/** A call under way, as its row holds it. */
export interface Reservation {
  id: number;
  scope: CallScope;
  model: string;
  terms: CallTerms | undefined;
  reservedMicroUsd: MicroUsd;
}

/** Sums of some calls. */
export type CostSums = Pick<CostTotals, "calls" | "usage" | "costMicroUsd" | "unpricedCalls"> & {
  countedMicroUsd: MicroUsd;
};

/** The columns of {@link CostSums}, to be selected from `cost_entries`. */
export const sumColumns = `COUNT(*) AS calls,
  COALESCE(SUM(input_tokens), 0) AS input_tokens, COALESCE(SUM(output_tokens), 0) AS output_tokens,
  COALESCE(SUM(cache_read_tokens), 0) AS cache_read_tokens,
  COALESCE(SUM(cache_write_5m_tokens), 0) AS cache_write_5m_tokens,
  COALESCE(SUM(cache_write_1h_tokens), 0) AS cache_write_1h_tokens,
  COALESCE(SUM(web_search_requests), 0) AS web_search_requests,
  COALESCE(SUM(cost_micro_usd), 0) AS cost_micro_usd,
  COALESCE(SUM(counted_micro_usd), 0) AS counted_micro_usd,
  COALESCE(SUM(cost_micro_usd IS NULL), 0) AS unpriced_calls`;

export function readSums(row: Row | undefined): CostSums {
  return {
    calls: numberOf(row?.calls),
    usage: readUsage(row ?? {}),
    costMicroUsd: numberOf(row?.cost_micro_usd),
    unpricedCalls: numberOf(row?.unpriced_calls),
    countedMicroUsd: numberOf(row?.counted_micro_usd),
  };
}

export function readEntry(row: Row): CostEntry {
  return {
    id: numberOf(row.id),
    scope: readScope(row),
    model: textOf(row.model_name) ?? "",
    usage: readUsage(row),
    costMicroUsd: typeof row.cost_micro_usd === "number" ? row.cost_micro_usd : undefined,
    status: readStatus(row.status),
    messageId: textOf(row.message_id),
    latencyMs: numberOf(row.latency_ms),
    callNumber: numberOf(row.call_number),
    terms: readTerms(row.terms),
    httpStatus: countOf(row.http_status),
    firstByteMs: countOf(row.first_byte_ms),
    at: textOf(row.timestamp) ?? "",
  };
}

export function readReservation(row: Row): Reservation {
  return {
    id: numberOf(row.id),
    scope: readScope(row),
    model: textOf(row.model_name) ?? "",
    terms: readTerms(row.terms),
    reservedMicroUsd: numberOf(row.reserved_micro_usd),
  };
}

export function numberOf(value: SQLOutputValue | undefined): number {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : 0;
}

export function textOf(value: SQLOutputValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function readScope(row: Row): CallScope {
  return {
    build: textOf(row.build_id) ?? "",
    phase: textOf(row.phase_id),
    task: textOf(row.task_id),
    agent: textOf(row.agent) ?? "",
    attempt: countOf(row.attempt),
    session: textOf(row.claude_session_id),
    caller: textOf(row.caller),
  };
}

const termNames = ["batch", "fast", "usOnly"] as const;

/** Terms as a column holds them: their names, or null where there are none. */
export function writeTerms(terms: CallTerms | undefined): string | null {
  return termNames.filter((name) => terms?.[name]).join(" ") || null;
}

function readTerms(value: SQLOutputValue | undefined): CallTerms | undefined {
  const names = textOf(value)?.split(" ");
  return names && Object.fromEntries(termNames.filter((name) => names.includes(name)).map((name) => [name, true]));
}

function countOf(value: SQLOutputValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function readUsage(row: Row): Usage {
  return {
    inputTokens: numberOf(row.input_tokens),
    outputTokens: numberOf(row.output_tokens),
    cacheReadTokens: numberOf(row.cache_read_tokens),
    cacheWrite5mTokens: numberOf(row.cache_write_5m_tokens),
    cacheWrite1hTokens: numberOf(row.cache_write_1h_tokens),
    webSearchRequests: numberOf(row.web_search_requests),
  };
}

function readStatus(value: SQLOutputValue | undefined): CostEntry["status"] {
  return value === "answered" || value === "cut" || value === "failed" ? value : "unknown";
}
