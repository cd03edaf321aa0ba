import { hash } from "node:crypto";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { basename, join } from "node:path";
import { type ApiCall, type ApiCallLog, type Clock, systemClock } from "@ccb/core";
import { openLineFile } from "./files/_line-file.ts";
import { writeFully } from "./files/_write-fully.ts";
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
 * Creating and writing throw what the file system throws.
 */
export function createApiCallLog(options: ApiCallLogOptions): ApiCallLog & { sessionDirectory: string } {
  const { directory, redact = createRedactor(), clock = systemClock } = options;
  const sessionDirectory = makeSessionDirectory(directory, clock);
  const session = basename(sessionDirectory);
  const summaryPath = join(sessionDirectory, "session_summary.jsonl");
  return {
    sessionDirectory,
    write(call: ApiCall) {
      const file = openCallFile(sessionDirectory, call.callNumber);
      const bytes = Buffer.from(`${toRedactedJson(renderApiCall(call, `${session}/${file.name}`), redact, 2)}\n`);
      try {
        writeFully(file.descriptor, bytes);
      } finally {
        closeSync(file.descriptor);
      }
      // The line comes last: a call that the summary names has a complete file.
      const summary = openLineFile({ path: summaryPath });
      const line = toRedactedJson(renderCallSummary(call), redact);
      try {
        summary.append(line);
      } finally {
        summary.close();
      }
      options.onWritten?.({
        path: `${session}/${file.name}.json`,
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

/** Opens the call's file for writing; a number that was used before (two gateways on one log) gets a suffix. */
function openCallFile(directory: string, callNumber: number): { descriptor: number; name: string } {
  const name = `call_${String(callNumber).padStart(4, "0")}`;
  for (let attempt = 1; ; attempt++) {
    const tried = attempt === 1 ? name : `${name}_${attempt}`;
    let descriptor: number | undefined;
    const exists = alreadyExists(() => {
      descriptor = openSync(join(directory, `${tried}.json`), "wx");
    });
    if (!exists && descriptor !== undefined) return { descriptor, name: tried };
  }
}

function alreadyExists(make: () => void): boolean {
  try {
    make();
    return false;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return true;
    throw cause;
  }
}
