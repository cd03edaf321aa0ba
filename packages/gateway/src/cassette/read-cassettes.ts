import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CcbError } from "@ccb/core";
import type { RecordedExchange, RunRecord } from "./cassette.ts";

/** One run as it lies on the disk; its calls are read when they are needed. */
export interface Cassette extends RunRecord {
  /** Paths of its calls, in order. */
  files: string[];
}

/**
 * The recorded runs of a build, oldest first; empty where nothing was recorded. CcbError `bad-input` for a run that cannot be read or was recorded by a version this one does not know.
 */
export function readCassettes(directory: string): Cassette[] {
  if (!existsSync(directory)) return [];
  const folders = readdirSync(directory)
    .filter((name) => /^run_\d{4,}$/.test(name))
    .sort(compareNames);
  return folders.map((name) => readRun(join(directory, name)));
}

/** One recorded call. CcbError `bad-input` for a file that is damaged. */
export function readExchange(path: string): RecordedExchange {
  try {
    return JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as RecordedExchange;
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function readRun(folder: string): Cassette {
  const record = readJson(join(folder, "run.json")) as RunRecord & { format?: unknown };
  if (record.format !== 1 || !Array.isArray(record.directories)) {
    throw new CcbError({
      code: "bad-input",
      message: `${join(folder, "run.json")} is no recording that this version of CCB can replay (format ${JSON.stringify(record.format)}, expected 1).`,
      hint: "Use the version of CCB that the build was made with.",
    });
  }
  const end = join(folder, "end.json");
  const outcome = existsSync(end) ? (readJson(end) as { outcome?: unknown }).outcome : undefined;
  const files = readdirSync(folder)
    .filter((name) => /^call_\d+\.json\.gz$/.test(name))
    .sort(compareNames)
    .map((name) => join(folder, name));
  const { run, startedAt, directories, recipe } = record;
  const whole = dropTorn(files, outcome === undefined);
  return { run, startedAt, directories, recipe, files: whole, ...(typeof outcome === "string" ? { outcome } : {}) };
}

/** Calls that a gateway has under way at once. */
const mostAtOnce = 256;

/** Of the last files of a run that was killed, some may be half written: those calls had not come to their end. */
function dropTorn(files: string[], wasKilled: boolean): string[] {
  if (!wasKilled) return files;
  return [...files.slice(0, -mostAtOnce), ...files.slice(-mostAtOnce).filter(isWhole)];
}

function isWhole(path: string): boolean {
  try {
    readExchange(path);
    return true;
  } catch {
    return false;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause: unknown): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `The recording ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "It was damaged or removed after the build; bring it back from a copy. Without it the build cannot be replayed.",
    cause,
  });
}

/** `_2` before `_10`. */
function compareNames(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}
