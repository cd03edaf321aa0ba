import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface DatabaseQuery {
  sql: string;
  parameters: unknown[];
  timeoutMs: number;
}

export type QueryAnswer = { rows: Record<string, unknown>[] } | { failure: string };

/** Rows beyond which an answer is refused. */
const maxRows = 10_000;

/** In a thread of its own, since the engine is synchronous and a query may take for ever. */
const sqliteSource = `
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
const { file, sql, parameters, maxRows } = workerData;
let answer;
try {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 2000 });
  const rows = [];
  for (const row of database.prepare(sql).iterate(...parameters.map((value) => (typeof value === "boolean" ? Number(value) : value)))) {
    if (rows.push({ ...row }) > maxRows) throw new Error("more than " + maxRows + " rows");
  }
  answer = { rows };
} catch (error) {
  answer = { failure: error.message };
}
parentPort.postMessage(JSON.stringify(answer, (_key, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value)));
`;

/** Asks a SQLite file, opened for reading only. Failures are values. */
export async function querySqlite(file: string, { sql, parameters, timeoutMs }: DatabaseQuery): Promise<QueryAnswer> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(sqliteSource)}`);
  const worker = new Worker(url, { workerData: { file, sql, parameters, maxRows } });
  try {
    const [answer] = await once(worker, "message", { signal: AbortSignal.timeout(timeoutMs) });
    return JSON.parse(String(answer)) as QueryAnswer;
  } catch (error) {
    return { failure: describe(error, timeoutMs) };
  } finally {
    await worker.terminate();
  }
}

/** Asks a PostgreSQL database in a session that can only read. Failures are values. */
export async function queryPostgres(url: string, { sql, parameters, timeoutMs }: DatabaseQuery): Promise<QueryAnswer> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs + 1_000,
    options: "-c default_transaction_read_only=on",
  });
  client.on("error", () => undefined); // the query that is under way fails with the same error
  try {
    await client.connect();
    // The extended protocol takes one statement alone.
    const query = { text: sql, values: parameters, queryMode: "extended" };
    const { rows } = await client.query<Record<string, unknown>>(query);
    if (rows.length > maxRows) return { failure: `more than ${maxRows} rows` };
    return { rows: JSON.parse(JSON.stringify(rows)) as Record<string, unknown>[] };
  } catch (error) {
    return { failure: describe(error, timeoutMs) };
  } finally {
    await client.end().catch(() => undefined); // a connection that never was has no end
  }
}

function describe(error: unknown, timeoutMs: number): string {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (name === "AbortError" || name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  return message || code || String(error);
}
