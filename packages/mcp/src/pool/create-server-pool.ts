import { setTimeout as delay } from "node:timers/promises";
import { type Clock, type McpServerDefinition, systemClock } from "@ccb/core";
import type { Tool } from "@modelcontextprotocol/client";
import { type McpConnection, openConnection, type ToolAnswer } from "./open-connection.ts";
import { type CircuitPolicy, closedCircuit, decideCall, noteFailure, type ServerCircuit } from "./server-circuit.ts";
import { untilAborted } from "./until-aborted.ts";

export interface ServerPoolOptions {
  servers: readonly McpServerDefinition[];
  /** Milliseconds a server may take to start; 15000 by default. */
  startTimeoutMs?: number;
  /** Milliseconds a call may take, back-off and start included; 60000 by default. */
  callTimeoutMs?: number;
  /** When a server is left alone; 3 failures in a row, 30 s, back-off from 250 ms to 10 s by default. */
  circuit?: Partial<CircuitPolicy>;
  /** As in `checkServers`. */
  cwd?: string;
  environment?: Record<string, string>;
  clock?: Clock;
  /** A number from 0 to 1, for the spread of restarts. */
  random?: () => number;
}

export interface PoolCall {
  server: string;
  tool: string;
  arguments: Record<string, unknown>;
  /** Who calls; matters for servers that are not shared. "default" when omitted. */
  caller?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** `failed` names the server and why; the pool goes on. */
export type PoolCallResult =
  | ({ status: "answered"; durationMs: number } & ToolAnswer)
  | {
      status: "failed";
      cause: "unknown" | "start" | "gone" | "timeout" | "protocol" | "blocked" | "aborted";
      reason: string;
    };

/** One server as the pool has seen it. */
export interface PooledServer {
  name: string;
  state: "idle" | "running" | "blocked";
  connections: number;
  /** Starts so far; more than one for a shared server means restarts. */
  starts: number;
  failures: number;
  lastFailure: string;
  startMs: number | undefined;
}

/** Keeps connections to MCP servers: started at the first call, shared between callers where the server allows it, restarted after a crash. */
export interface ServerPool {
  call(call: PoolCall): Promise<PoolCallResult>;
  /** A server's tools; starts it when needed. */
  tools(
    server: string,
    signal?: AbortSignal,
  ): Promise<{ ok: true; tools: readonly Tool[] } | { ok: false; reason: string }>;
  health(): PooledServer[];
  /** Ends what only this caller used. */
  release(caller: string): Promise<void>;
  /** Ends every server; calls that are on their way fail. */
  close(): Promise<void>;
}

interface ServerRecord {
  definition: McpServerDefinition;
  circuit: ServerCircuit;
  /** By caller; "" for the shared one. */
  connections: Map<string, Promise<McpConnection | string>>;
  starts: number;
  lastFailure: string;
  startMs: number | undefined;
  /** Once it ended at the question which revisions it speaks. */
  isOld: boolean;
}

const defaultCircuit: CircuitPolicy = { failures: 3, openMs: 30_000, backOffMs: 250, maxBackOffMs: 10_000 };

/** Creates a pool; nothing is started before it is used. */
export function createServerPool(options: ServerPoolOptions): ServerPool {
  const clock = options.clock ?? systemClock;
  const policy = { ...defaultCircuit, ...options.circuit };
  const closing = new AbortController();
  const records = new Map<string, ServerRecord>(
    options.servers.map((definition) => [
      definition.name,
      {
        definition,
        circuit: closedCircuit,
        connections: new Map(),
        starts: 0,
        lastFailure: "",
        startMs: undefined,
        isOld: false,
      },
    ]),
  );
  const context: PoolContext = {
    options,
    signal: closing.signal,
    nowMs: () => clock.monotonicMs(),
    fail(record, reason) {
      const random = (options.random ?? Math.random)();
      record.circuit = noteFailure(record.circuit, { policy, nowMs: clock.monotonicMs(), random });
      record.lastFailure = reason;
    },
  };
  const end = async (record: ServerRecord, keys: readonly string[]) => {
    const open = keys.map((key) => record.connections.get(key));
    for (const key of keys) record.connections.delete(key);
    for (const one of await Promise.all(open)) if (typeof one === "object") await one.close();
  };
  return {
    async call(call) {
      const record = records.get(call.server);
      if (record === undefined) return unknownServer(call.server, records);
      return callServer(context, record, call);
    },
    async tools(server, signal) {
      const record = records.get(server);
      if (record === undefined) return { ok: false, reason: unknownServer(server, records).reason };
      const signals = [
        closing.signal,
        AbortSignal.timeout(options.callTimeoutMs ?? 60_000),
        ...(signal ? [signal] : []),
      ];
      const found = await acquire(context, record, { key: "", signal: AbortSignal.any(signals) });
      return found.ok ? { ok: true, tools: found.connection.tools } : { ok: false, reason: found.failed.reason };
    },
    health: () => [...records.values()].map((record) => describeRecord(record, clock.monotonicMs())),
    async release(caller) {
      await Promise.all([...records.values()].map((record) => end(record, [caller])));
    },
    async close() {
      closing.abort(new Error("The pool was closed."));
      await Promise.all([...records.values()].map((record) => end(record, [...record.connections.keys()])));
    },
  };
}

interface PoolContext {
  options: ServerPoolOptions;
  signal: AbortSignal;
  nowMs: () => number;
  fail: (record: ServerRecord, reason: string) => void;
}

type Failed = Extract<PoolCallResult, { status: "failed" }>;

async function callServer(context: PoolContext, record: ServerRecord, call: PoolCall): Promise<PoolCallResult> {
  const timeoutMs = call.timeoutMs ?? context.options.callTimeoutMs ?? 60_000;
  const startedMs = context.nowMs();
  const deadline = AbortSignal.timeout(timeoutMs);
  const signals = [context.signal, deadline, ...(call.signal === undefined ? [] : [call.signal])];
  const signal = AbortSignal.any(signals);
  const key = record.definition.perCaller ? (call.caller ?? "default") : "";
  const found = await acquire(context, record, { key, signal });
  if (!found.ok) return found.failed;
  const { connection } = found;
  const { name } = record.definition;
  try {
    // The protocol's own time-out is a second later: our deadline is the one that counts, and it covers the start too.
    const request = { tool: call.tool, arguments: call.arguments, timeoutMs: timeoutMs + 1000, signal };
    const answer = await untilAborted(connection.call(request), signal);
    record.circuit = closedCircuit;
    return { status: "answered", durationMs: Math.round(context.nowMs() - startedMs), ...answer };
  } catch (error) {
    if (call.signal?.aborted || context.signal.aborted) return failed("aborted", `The call to ${name} was stopped.`);
    if (deadline.aborted) {
      const reason = `${name} did not answer ${call.tool} within ${timeoutMs} ms.`;
      context.fail(record, reason);
      // A server that does not even answer a ping hangs: the next call gets a fresh one.
      if (!(await connection.isAlive(1000))) await drop(record, key, connection);
      return failed("timeout", reason);
    }
    if (connection.gone !== undefined) {
      const reason = `${name} went away in ${call.tool}: ${connection.gone}`;
      context.fail(record, reason);
      await drop(record, key, connection);
      return failed("gone", reason);
    }
    // It spoke: the server is fine, the call was not.
    return failed(
      "protocol",
      `${name} refused ${call.tool}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The connection for this key: an open one, or a new one after the back-off. */
async function acquire(
  context: PoolContext,
  record: ServerRecord,
  want: { key: string; signal: AbortSignal },
): Promise<{ ok: true; connection: McpConnection } | { ok: false; failed: Failed }> {
  const { key, signal } = want;
  const { name } = record.definition;
  const untilReady = <T>(promise: Promise<T>) => untilAborted(promise, signal);
  try {
    const open = await untilReady(Promise.resolve(record.connections.get(key)));
    if (typeof open === "object" && open.gone !== undefined) {
      context.fail(record, `${name} went away: ${open.gone}`);
      await drop(record, key, open);
    }
    const decision = decideCall(record.circuit, context.nowMs());
    if (decision.decision === "refuse") return { ok: false, failed: renderBlocked(record, decision.ms) };
    if (typeof open === "object" && open.gone === undefined) return { ok: true, connection: open };
    if (decision.decision === "wait") await delay(decision.ms, undefined, { signal });
    // Others that waited for the same back-off share what the first of them starts.
    const started = await untilReady(record.connections.get(key) ?? start(context, record, key));
    if (typeof started === "object") return { ok: true, connection: started };
    return { ok: false, failed: failed("start", `${name}: ${started}`) };
  } catch {
    const stopped = context.signal.aborted || signal.reason?.name !== "TimeoutError";
    const reason = stopped ? `The call to ${name} was stopped.` : `${name} did not start in time.`;
    return { ok: false, failed: failed(stopped ? "aborted" : "timeout", reason) };
  }
}

function renderBlocked(record: ServerRecord, ms: number): Failed {
  const { definition, circuit, lastFailure } = record;
  const reason = `${definition.name} failed ${circuit.failures} times and is left alone for ${Math.ceil(ms / 1000)} s: ${lastFailure}`;
  return failed("blocked", reason);
}

function start(context: PoolContext, record: ServerRecord, key: string): Promise<McpConnection | string> {
  const { options } = context;
  record.starts++;
  const starting = openConnection(record.definition, {
    timeoutMs: options.startTimeoutMs ?? 15_000,
    signal: context.signal,
    cwd: options.cwd,
    environment: options.environment,
    isOld: record.isOld,
  }).then((result) => {
    if (result.ok) {
      record.isOld ||= result.connection.isOld;
      record.startMs = result.connection.startMs;
      return result.connection;
    }
    record.connections.delete(key);
    context.fail(record, result.reason);
    return result.reason;
  });
  record.connections.set(key, starting);
  return starting;
}

async function drop(record: ServerRecord, key: string, connection: McpConnection): Promise<void> {
  if ((await record.connections.get(key)) === connection) record.connections.delete(key);
  await connection.close();
}

function failed(cause: Failed["cause"], reason: string): Failed {
  return { status: "failed", cause, reason };
}

function unknownServer(name: string, records: ReadonlyMap<string, unknown>): Failed {
  return failed("unknown", `There is no server "${name}"; there are ${[...records.keys()].join(", ") || "none"}.`);
}

function describeRecord(record: ServerRecord, nowMs: number): PooledServer {
  const { definition, circuit, connections, starts, lastFailure, startMs } = record;
  const blocked = decideCall(circuit, nowMs).decision !== "go";
  const state = blocked ? "blocked" : connections.size > 0 ? "running" : "idle";
  const { failures } = circuit;
  return { name: definition.name, state, connections: connections.size, starts, failures, lastFailure, startMs };
}
