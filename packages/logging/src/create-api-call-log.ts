import { hash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ApiCall, type ApiCallLog, type Clock, systemClock } from "@ccb/core";
import { openLineFile } from "./files/_line-file.ts";
import { toRedactedJson } from "./redact/_to-redacted-json.ts";
import { createRedactor } from "./redact/create-redactor.ts";
import { makeTimestamp } from "./render/_make-timestamp.ts";
import { renderApiCall, renderCallSummary } from "./render/_render-api-call.ts";

export interface ApiCallLogOptions {
  /** Made when it is missing; "logs/api_calls" in a project directory. */
  directory: string;
  /** Blanks secrets in a text before it is written; `createRedactor()` unless given. */
  redact?: ((text: string) => string) | undefined;
  clock?: Clock | undefined;
  /** Told of every call after its file is written, for a log that vouches for the file. */
  onWritten?: ((file: WrittenCall) => void) | undefined;
}

/** An {@link ApiCallLog} of one session. */
export interface FileCallLog extends ApiCallLog {
  sessionDirectory: string;
  write(call: ApiCall): Promise<void>;
}

/** A call's file as it was written. */
export interface WrittenCall {
  /** Relative to the log's directory, with forward slashes: "session_20261121_101112/call_0001.json". */
  path: string;
  bytes: number;
  /** SHA-256 of the file, hexadecimal. */
  sha256: string;
  /** The line of `session_summary.jsonl`, secrets blanked. */
  summary: Record<string, unknown>;
}

/**
 * Keeps every model call of one session: `session_<YYYYMMDD_HHMMSS>/call_0001.json` with the full request and response, and one line in
 * `session_summary.jsonl`. Times in names are UTC; nothing that exists is overwritten.
 *
 * Creating throws what the file system throws, and writing rejects with it.
 */
export function createApiCallLog(options: ApiCallLogOptions): FileCallLog {
  const { directory, redact = createRedactor(), clock = systemClock } = options;
  const sessionDirectory = makeSessionDirectory(directory, clock);
  const session = basename(sessionDirectory);
  const summaryPath = join(sessionDirectory, "session_summary.jsonl");
  return {
    sessionDirectory,
    async write(call) {
      const render = (name: string) =>
        Buffer.from(`${toRedactedJson(renderApiCall(call, `${session}/${name}`), redact, 2)}\n`);
      const { name, bytes } = await writeCallFile(sessionDirectory, call.callNumber, render);
      // The line comes last: a call that the summary names has a complete file.
      const summary = openLineFile({ path: summaryPath });
      const line = toRedactedJson(renderCallSummary(call), redact);
      try {
        summary.append(line);
      } finally {
        summary.close();
      }
      options.onWritten?.({
        path: `${session}/${name}.json`,
        bytes: bytes.length,
        sha256: hash("sha256", bytes),
        summary: JSON.parse(line) as Record<string, unknown>,
      });
    },
  };
}

function makeSessionDirectory(directory: string, clock: Clock): string {
  mkdirSync(directory, { recursive: true });
  const name = `session_${makeTimestamp(clock.now())}`;
  for (let attempt = 1; ; attempt++) {
    const path = join(directory, attempt === 1 ? name : `${name}_${attempt}`);
    if (!alreadyExists(() => mkdirSync(path))) return path;
  }
}

/** Writes the call's file; a number that was used before (two gateways on one log) gets a suffix. */
async function writeCallFile(
  directory: string,
  callNumber: number,
  render: (name: string) => Buffer,
): Promise<{ name: string; bytes: Buffer }> {
  const first = `call_${String(callNumber).padStart(4, "0")}`;
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? first : `${first}_${attempt}`;
    const bytes = render(name);
    try {
      await writeFile(join(directory, `${name}.json`), bytes, { flag: "wx" });
      return { name, bytes };
    } catch (cause) {
      if (!isTaken(cause)) throw cause;
    }
  }
}

function alreadyExists(make: () => void): boolean {
  try {
    make();
    return false;
  } catch (cause) {
    if (isTaken(cause)) return true;
    throw cause;
  }
}

function isTaken(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === "EEXIST";
}
