import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ExchangeRecorder, SentExchange } from "../gateway.ts";
import { keptHeaders, type RecordedExchange, type RunRecord } from "./cassette.ts";
import { mapAnswer, mapValue } from "./map-answer.ts";
import { type OutsideQuestion, toExchange } from "./question.ts";
import { toRecordedScope } from "./scope-header.ts";

export interface CassetteRecorderOptions {
  /** Holds one folder for each run; made when it is missing. */
  directory: string;
  run: Omit<RunRecord, "run" | "outcome">;
  /** Blanks secrets in a text before it is written. */
  redact: (text: string) => string;
}

export interface CassetteRecorder extends ExchangeRecorder {
  /** Keeps what an MCP server or a database answered to the build itself, as a call is kept. Both are JSON. */
  keepAnswer(asked: OutsideQuestion & { at: string; answer: unknown }): Promise<void>;
  /** Notes how the run ended; a run without that note was killed. */
  end(outcome: string): void;
}

/**
 * Keeps every call of one run of a build for `createReplayServer`: `run_0001/run.json` with what the run was made from, `run_0001/call_0001.json.gz` for each call. Each file is
 * written once and whole before the end of the answer is passed on, so a kill -9 takes at most the calls that were under way. It is not synced, which took 1.5 to 8 ms a call on the way to
 * the client: a power cut may take the calls of the last seconds. Throws and rejects with what the file system does.
 */
export function createCassetteRecorder(options: CassetteRecorderOptions): CassetteRecorder {
  const { redact, directory } = options;
  mkdirSync(directory, { recursive: true });
  const run = countRuns(directory) + 1;
  const folder = join(directory, `run_${String(run).padStart(4, "0")}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "run.json"), `${JSON.stringify({ format: 1, run, ...options.run }, null, 2)}\n`);
  let calls = 0;
  const record = (sent: SentExchange): Promise<void> => {
    const exchange = toRecorded(sent, { number: ++calls, redact });
    const bytes = gzipSync(JSON.stringify(exchange), { level: 1 });
    return writeFile(join(folder, renderCallFile(exchange.number)), bytes, { flag: "wx" });
  };
  return {
    record,
    keepAnswer: (asked) => record(toExchange(asked)),
    end(outcome) {
      writeFileSync(join(folder, "end.json"), `${JSON.stringify({ outcome })}\n`);
    },
  };
}

function countRuns(directory: string): number {
  const numbers = readdirSync(directory).map((name) => Number(/^run_(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

export function renderCallFile(number: number): string {
  return `call_${String(number).padStart(4, "0")}.json.gz`;
}

function toRecorded(
  sent: SentExchange,
  options: { number: number; redact: (text: string) => string },
): RecordedExchange {
  const { number, redact } = options;
  const { scope, at, method, path, status, end } = sent;
  return {
    number,
    at,
    scope: toRecordedScope(scope),
    ...(scope.attempt === undefined ? {} : { attempt: scope.attempt }),
    method,
    path,
    request: redactRequest(sent.request, redact),
    ...(status === undefined ? {} : { status }),
    headers: Object.fromEntries(Object.entries(sent.headers).filter(([name]) => keptHeaders.includes(name))),
    body: mapAnswer(sent.body.toString("utf8"), redact),
    end,
  };
}

/** Most requests hold no secret: then one look at the whole is enough. */
function redactRequest(body: Buffer, redact: (text: string) => string): unknown {
  const text = body.toString("utf8");
  const value = parseBody(text);
  return redact(text) === text ? value : mapValue(value, redact);
}

function parseBody(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
