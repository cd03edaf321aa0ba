import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A call as the lists show it. */
export interface ListedCall {
  /** From 1 over all sessions of the log, oldest first. */
  number: number;
  /** "session_20261121_101112/call_0001": the file without its ending. */
  id: string;
  at: string;
  endpoint: string;
  model: string;
  tokens: number;
  latencyMs: number;
  /** Undefined where the price is not known. */
  costUsd: number | undefined;
  outcome: string;
  status: number | undefined;
  agent: string;
  phase: string | undefined;
  task: string | undefined;
}

type Fields = Record<string, unknown>;

/**
 * Every call in a log of model calls, oldest session first. A call whose summary line a killed process did not write any more is read from its own file.
 *
 * Throws what the file system throws; a log that was never begun is empty.
 */
export function listApiCalls(options: { directory: string }): ListedCall[] {
  const { directory } = options;
  if (!existsSync(directory)) return [];
  const sessions = readdirSync(directory)
    .filter((name) => name.startsWith("session_"))
    .sort(compareNames);
  const listed = sessions.flatMap((session) => listSession(directory, session));
  return listed.map((call, index) => ({ ...call, number: index + 1 }));
}

/** The whole call of a listed id, as its file holds it; undefined where there is no such file. */
export function readApiCall(options: { directory: string; id: string }): Fields | undefined {
  const path = join(options.directory, `${options.id}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Fields) : undefined;
}

function listSession(directory: string, session: string): Omit<ListedCall, "number">[] {
  const summary = readLines(join(directory, session, "session_summary.jsonl"));
  const files = readdirSync(join(directory, session))
    .filter((name) => /^call_\d+(_\d+)?\.json$/.test(name))
    .sort(compareNames);
  return files.flatMap((file) => {
    const id = `${session}/${file.slice(0, -".json".length)}`;
    const number = Number(/^call_(\d+)/.exec(file)?.[1]);
    const at = summary.findIndex((line) => line.call_number === number);
    const [line] = at < 0 ? [readFlat(directory, id)] : summary.splice(at, 1);
    return line === undefined ? [] : [toListed(id, line)];
  });
}

/** A call's file as a summary line; undefined for one that a killed process left half written. */
function readFlat(directory: string, id: string): Fields | undefined {
  try {
    const { context, performance, response, cost_usd, ...rest } = readApiCall({ directory, id }) ?? {};
    const usage = asFields(asFields(response).usage);
    const { latency_ms } = asFields(performance);
    return { ...rest, ...asFields(context), cost: cost_usd, latency_ms, tokens: usage.total_tokens };
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function toListed(id: string, line: Fields): Omit<ListedCall, "number"> {
  return {
    id,
    at: textOf(line.timestamp) ?? "",
    endpoint: textOf(line.endpoint) ?? "",
    model: textOf(line.model) ?? "",
    tokens: numberOf(line.tokens) ?? 0,
    latencyMs: numberOf(line.latency_ms) ?? 0,
    costUsd: numberOf(line.cost),
    outcome: textOf(line.outcome) ?? "unknown",
    status: numberOf(line.status),
    agent: textOf(line.agent) ?? "",
    phase: textOf(line.phase),
    task: textOf(line.task),
  };
}

function readLines(path: string): Fields[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as Fields];
      } catch (cause) {
        if (cause instanceof SyntaxError) return [];
        throw cause;
      }
    });
}

/** `_2` before `_10`. */
function compareNames(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
