import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { writeFully } from "./_write-fully.ts";

/** A JSON array in a file, one entry a line, that grows at its end. */
interface JsonArrayFile {
  /** Adds an entry; it is on the disk when the call returns, and the file is a whole JSON document again. */
  append(entry: unknown): void;
}

const empty = "[\n]\n";
const tail = "\n]\n";

/**
 * Opens or begins the file. Adding writes the new entry over the closing bracket, so it costs the same however long the array is; the one moment in which a power cut
 * could tear the file leaves all entries before it readable, and the next opening mends it.
 */
export function openJsonArrayFile(options: { path: string; unreadable: string }): JsonArrayFile {
  const { path } = options;
  if (!existsSync(path)) writeWhole(path, empty);
  else mend(path, options.unreadable);
  return {
    append(entry) {
      const descriptor = openSync(path, "r+");
      try {
        const { size } = fstatSync(descriptor);
        const first = size === empty.length;
        const start = size - tail.length;
        writeFully(descriptor, Buffer.from(`${first ? "" : ","}\n${JSON.stringify(entry)}${tail}`), start);
        fdatasyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

/** Brings an index of an earlier run, whole or torn, into the form that can be added to. */
function mend(path: string, unreadable: string): void {
  const text = readFileSync(path, "utf8");
  const entries = parseArray(text);
  const lines = entries?.map((entry) => JSON.stringify(entry)) ?? salvageLines(text);
  const whole = lines.length === 0 ? empty : `[\n${lines.join(",\n")}${tail}`;
  if (whole === text) return;
  if (entries === undefined) renameSync(path, unreadable);
  writeWhole(path, whole);
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/** The entries that still stand whole on a line of their own. */
function salvageLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/,$/, ""))
    .filter((line) => line.startsWith("{") && parseArray(`[${line}]`) !== undefined);
}

/** Temp file, fsync, rename, fsync of the folder: after a power cut the old or the new file is there, never half of one. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, text, { flush: true });
  renameSync(temporary, path);
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
