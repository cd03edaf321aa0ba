import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { gunzipSync } from "node:zlib";
import { listRotated } from "../files/_rotation.ts";
import type { LogRecord } from "../log-record.ts";
import { type LogFilter, matchesFilter } from "./log-filter.ts";

export interface ReadLogOptions {
  /** "logs" in a project directory. */
  directory: string;
  filter?: LogFilter | undefined;
}

/**
 * The records of `structured.jsonl` and of the files it was before, oldest first. A line that a killed process left half written is passed over.
 *
 * Throws what the file system throws; a log that was never begun is empty.
 */
export function* readLogRecords(options: ReadLogOptions): Generator<LogRecord> {
  const path = join(options.directory, "structured.jsonl");
  if (!existsSync(options.directory)) return;
  for (const { path: aside } of listRotated(path)) yield* select(readAside(aside), options.filter);
  if (existsSync(path)) yield* select(readFileSync(path, "utf8").split("\n"), options.filter);
}

/** Milliseconds that a change may go unseen where the file system tells nothing. */
const pollMs = 500;

/**
 * The last records that are there, then those that are written from now on, also over files that are set aside meanwhile, until the signal. The log need not be there yet.
 */
export async function* followLogRecords(
  options: ReadLogOptions & {
    signal: AbortSignal;
    /** How many of the records that are there come first; default 0, `Infinity` for all. */
    last?: number | undefined;
  },
): AsyncGenerator<LogRecord> {
  const { directory, filter, signal, last = 0 } = options;
  const tail = createTail(join(directory, "structured.jsonl"));
  try {
    const there = [...select(tail.readAll(last > 0), filter)];
    yield* there.slice(Math.max(0, there.length - last));
    for (;;) {
      const changed = nextChange(directory, signal);
      yield* select(tail.read(), filter);
      if (signal.aborted) return;
      await changed;
    }
  } finally {
    tail.close();
  }
}

function* select(lines: Iterable<string>, filter: LogFilter = {}): Generator<LogRecord> {
  for (const line of lines) {
    const record = parseRecord(line);
    if (record && matchesFilter(record, filter)) yield record;
  }
}

function parseRecord(line: string): LogRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line) as Partial<LogRecord>;
    return typeof value.at === "string" && typeof value.level === "string" ? (value as LogRecord) : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function readAside(path: string): string[] {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
}

/** Reads what a growing file has more than before, and goes on with the next when it was set aside. */
function createTail(path: string) {
  const asideBefore = existsSync(path) ? listRotated(path) : [];
  const known = new Set(asideBefore.map(({ name }) => name));
  let open = openTail(path);
  return {
    /** Everything that is there now; with `wanted` false it is only passed over. */
    readAll(wanted: boolean): string[] {
      const current = open ? readOn(open) : [];
      return wanted ? [...asideBefore.flatMap((aside) => readAside(aside.path)), ...current] : [];
    },
    read(): string[] {
      const lines: string[] = open ? readOn(open) : [];
      if (open && !isCurrent(path, open)) {
        // What was set aside first is the file that is open; others were begun and set aside since.
        lines.push(...readOn(open));
        closeSync(open.descriptor);
        open = undefined;
        const aside = listRotated(path).filter(({ name }) => !known.has(name));
        for (const { name } of aside) known.add(name);
        for (const { path: missed } of aside.slice(1)) lines.push(...readAside(missed));
      }
      open ??= openTail(path);
      if (open) lines.push(...readOn(open));
      return lines;
    },
    close() {
      if (open) closeSync(open.descriptor);
    },
  };
}

interface OpenTail {
  descriptor: number;
  inode: number;
  position: number;
  decoder: StringDecoder;
  rest: string;
}

function openTail(path: string): OpenTail | undefined {
  if (!existsSync(path)) return undefined;
  const descriptor = openSync(path, "r");
  return { descriptor, inode: fstatSync(descriptor).ino, position: 0, decoder: new StringDecoder("utf8"), rest: "" };
}

function isCurrent(path: string, open: OpenTail): boolean {
  return existsSync(path) && statSync(path).ino === open.inode;
}

function readOn(open: OpenTail): string[] {
  const buffer = Buffer.alloc(65_536);
  for (;;) {
    const count = readSync(open.descriptor, buffer, 0, buffer.length, open.position);
    if (count === 0) break;
    open.position += count;
    open.rest += open.decoder.write(buffer.subarray(0, count));
  }
  const lines = open.rest.split("\n");
  open.rest = lines.pop() ?? "";
  return lines;
}

/** Resolves when something in the folder changes, after half a second at the latest, and at the signal. */
function nextChange(directory: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const watcher = existsSync(directory) ? watch(directory) : undefined;
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      watcher?.close();
      resolve();
    };
    const timer = setTimeout(done, pollMs);
    signal.addEventListener("abort", done);
    watcher?.on("change", done).on("error", done);
    if (signal.aborted) done();
  });
}
