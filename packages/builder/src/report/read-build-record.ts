import { existsSync } from "node:fs";
import type { SQLOutputValue } from "node:sqlite";
import { type BuildEvent, CcbError, type Usage } from "@ccb/core";
import { openStore, type Store } from "@ccb/store";
import { planProjectPaths } from "../project/project-paths.ts";

/** One model call, as the ledger holds it. */
export interface RecordedCall {
  id: number;
  at: string;
  phase: string | undefined;
  task: string | undefined;
  agent: string;
  model: string;
  usage: Usage;
  /** Undefined where the price is not known. */
  costMicroUsd: number | undefined;
  status: string;
  latencyMs: number;
}

/** What the database of a project directory tells of its build. */
export interface BuildRecord {
  build: { id: string; project: string; startedAt: string };
  events: BuildEvent[];
  calls: RecordedCall[];
}

type Row = Record<string, SQLOutputValue>;

/**
 * Reads a build's database without changing it, also while the build runs.
 *
 * CcbError `bad-input` where the directory holds no build; `store-failed` where the database is damaged.
 */
export function readBuildRecord(directory: string): BuildRecord {
  const path = planProjectPaths(directory).database;
  if (!existsSync(path)) throw noBuild(directory);
  const store = openStore({ path, migrations: [], readOnly: true });
  try {
    // One transaction: events and calls of the same moment.
    store.database.exec("BEGIN");
    const tables = new Set(all(store, "SELECT name FROM sqlite_schema WHERE type = 'table'").map((row) => row.name));
    const [build] = tables.has("builds") ? all(store, "SELECT * FROM builds LIMIT 1") : [];
    if (!build) throw noBuild(directory);
    return {
      build: { id: String(build.id), project: String(build.project), startedAt: String(build.started_at) },
      events: listEventsAfter(store, 0),
      calls: tables.has("cost_entries") ? all(store, "SELECT * FROM cost_entries ORDER BY id").map(readCall) : [],
    };
  } finally {
    store.close();
  }
}

/** The events of an open database after a number, in order. */
export function listEventsAfter(store: Store, sequence: number): BuildEvent[] {
  return store.database
    .prepare("SELECT body FROM events WHERE sequence > ? ORDER BY sequence")
    .all(sequence)
    .map((row) => JSON.parse(String(row.body)) as BuildEvent);
}

function all(store: Store, sql: string): Row[] {
  return store.database.prepare(sql).all();
}

function readCall(row: Row): RecordedCall {
  const number = (name: string): number => Number(row[name] ?? 0);
  const text = (name: string): string | undefined => (typeof row[name] === "string" ? row[name] : undefined);
  return {
    id: number("id"),
    at: text("timestamp") ?? "",
    phase: text("phase_id"),
    task: text("task_id"),
    agent: text("agent") ?? "",
    model: text("model_name") ?? "",
    usage: {
      inputTokens: number("input_tokens"),
      outputTokens: number("output_tokens"),
      cacheReadTokens: number("cache_read_tokens"),
      cacheWrite5mTokens: number("cache_write_5m_tokens"),
      cacheWrite1hTokens: number("cache_write_1h_tokens"),
      webSearchRequests: number("web_search_requests"),
    },
    costMicroUsd: typeof row.cost_micro_usd === "number" ? row.cost_micro_usd : undefined,
    status: text("status") ?? "unknown",
    latencyMs: number("latency_ms"),
  };
}

function noBuild(directory: string): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `${directory} holds no build of CCB: no .checkpoints/build.db with a build in it.`,
    hint: "Name the directory that ccb init made.",
  });
}
