import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ExchangeRecorder, SentExchange } from "../gateway.ts";
import { keptHeaders, type RecordedExchange, type RunRecord } from "./cassette.ts";
import { mapAnswer, mapValue } from "./map-answer.ts";
import { toRecordedScope } from "./scope-header.ts";

export interface CassetteRecorderOptions {
  /** Holds one folder for each run; made when it is missing. */
  directory: string;
  run: Omit<RunRecord, "run" | "outcome">;
  /** Blanks secrets in a text before it is written. */
  redact: (text: string) => string;
}

export interface CassetteRecorder extends ExchangeRecorder {
  /** Notes how the run ended; a run without that note was killed. */
  end(outcome: string): void;
}

/**
 * Keeps every call of one run of a build for `createReplayServer`: `run_0001/run.json` with what the run was made from, `run_0001/call_0001.json.gz` for each call. Each file is
 * written once and whole, and on the disk, before the end of the answer is passed on: what is journalled of a call comes after it, so a kill -9 or a power cut takes at most the
 * call that was under way. Throws what the file system throws.
 */
export function createCassetteRecorder(options: CassetteRecorderOptions): CassetteRecorder {
  const { redact, directory } = options;
  mkdirSync(directory, { recursive: true });
  const run = countRuns(directory) + 1;
  const folder = join(directory, `run_${String(run).padStart(4, "0")}`);
  mkdirSync(folder);
  writeWhole(join(folder, "run.json"), `${JSON.stringify({ format: 1, run, ...options.run }, null, 2)}\n`);
  syncFolder(folder);
  syncFolder(directory);
  let calls = 0;
  return {
    record(sent) {
      const exchange = toRecorded(sent, { number: ++calls, redact });
      writeWhole(join(folder, renderCallFile(exchange.number)), gzipSync(JSON.stringify(exchange), { level: 1 }));
      syncFolder(folder);
    },
    end(outcome) {
      writeWhole(join(folder, "end.json"), `${JSON.stringify({ outcome })}\n`);
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

function writeWhole(path: string, content: Uint8Array | string): void {
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** That a file is there is known to its folder. Windows cannot open one, and needs it not. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
