import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type Clock, systemClock } from "@ccb/core";
import { openJsonArrayFile } from "./files/_json-array-file.ts";
import { writeFully } from "./files/_write-fully.ts";
import { createRedactor } from "./redact/create-redactor.ts";
import { makeTimestamp } from "./render/_make-timestamp.ts";
import { findLanguage, renderCodeHeader } from "./render/_render-code-header.ts";

export interface GeneratedCodeLogOptions {
  /** Made when it is missing; "logs/generated_code" in a project directory. */
  directory: string;
  /** Blanks secrets in a copy before it is written; `createRedactor()` unless given. */
  redact?: ((text: string) => string) | undefined;
  clock?: Clock | undefined;
}

/** A file that a task made or changed. */
export interface GeneratedFile {
  phase: string;
  task: string;
  model: string;
  /** Tokens of the task that made it. */
  tokens: number;
  /** As the project knows it, with forward slashes. */
  path: string;
  content: string | Uint8Array;
}

/** One entry of `code_index.json`. */
export interface CodeIndexEntry {
  timestamp: string;
  phase: string;
  task: string;
  file_path: string;
  language: string;
  /** 0 for a binary file. */
  lines: number;
  bytes: number;
  sha256: string;
  tokens: number;
  model: string;
  /** Relative to the log's directory; null for a binary file, of which no copy is kept. */
  log_path: string | null;
}

export interface GeneratedCodeLog {
  /** Copies the file under its phase with a header and adds it to the index; both are on the disk when it returns. */
  record(file: GeneratedFile): CodeIndexEntry;
}

/**
 * Keeps a copy of every generated file per phase, and `code_index.json` over all of them: a JSON array with one entry a line, to which an entry is added without
 * writing the others again. An index of an earlier run is continued; where one is damaged, its readable entries are kept and the file is set aside as
 * `code_index.unreadable_<time>.json`.
 *
 * Creating and recording throw what the file system throws.
 */
export function createGeneratedCodeLog(options: GeneratedCodeLogOptions): GeneratedCodeLog {
  const { directory, redact = createRedactor(), clock = systemClock } = options;
  mkdirSync(directory, { recursive: true });
  const unreadable = join(directory, `code_index.unreadable_${makeTimestamp(clock.now())}.json`);
  const index = openJsonArrayFile({ path: join(directory, "code_index.json"), unreadable });
  return {
    record(generated) {
      const file = {
        ...generated,
        path: redact(generated.path),
        task: redact(generated.task),
        phase: redact(generated.phase),
      };
      const time = clock.now();
      const bytes = Buffer.from(file.content);
      const text = decodeText(bytes);
      const timestamp = time.toISOString();
      const language = text === undefined ? "binary" : findLanguage(file.path);
      const entry: CodeIndexEntry = {
        timestamp,
        phase: file.phase,
        task: file.task,
        file_path: file.path,
        language,
        lines: text === undefined ? 0 : countLines(text),
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        tokens: file.tokens,
        model: file.model,
        log_path: null,
      };
      if (text !== undefined) {
        const copy = redact(renderCodeHeader({ ...file, timestamp, language }) + text);
        entry.log_path = writeCopy({ directory, file, time, text: copy });
      }
      index.append(entry);
      return entry;
    },
  };
}

/** Writes the copy under a name of its own, which no test runner, compiler or linter of the project takes for code, and returns its path relative to the log, with forward slashes. */
function writeCopy(copy: {
  directory: string;
  file: { phase: string; path: string };
  time: Date;
  text: string;
}): string {
  const phase = safeName(copy.file.phase, "no-phase");
  const millis = String(copy.time.getUTCMilliseconds()).padStart(3, "0");
  const name = safeName(basename(copy.file.path.replaceAll("\\", "/")), "unnamed");
  mkdirSync(join(copy.directory, phase), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const suffix = attempt === 1 ? "" : `_${attempt}`;
    const path = `${phase}/${makeTimestamp(copy.time)}_${millis}${suffix}_${name}.txt`;
    if (existsSync(join(copy.directory, path))) continue;
    writeNew(join(copy.directory, path), copy.text);
    return path;
  }
}

/** A name that is one step in every file system: letters, digits, dot, hyphen, underscore; no leading dot; at most 100 characters. */
function safeName(name: string, fallback: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
  const extension = extname(safe).slice(0, 20);
  const short = safe.length <= 100 ? safe : safe.slice(0, 100 - extension.length) + extension;
  return short === "" ? fallback : short;
}

/** UTF-8 text, or undefined for what is none: a NUL byte or a sequence that is not UTF-8. */
function decodeText(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

function countLines(text: string): number {
  if (text === "") return 0;
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

function writeNew(path: string, text: string): void {
  const descriptor = openSync(path, "w");
  try {
    writeFully(descriptor, Buffer.from(text));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
