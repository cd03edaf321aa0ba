import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "@ccb/core";
import { toRedactedJson } from "../redact/_to-redacted-json.ts";
import { createRedactor } from "../redact/create-redactor.ts";
import { openLineFile } from "./_line-file.ts";
import type { LogRotation } from "./_rotation.ts";

export interface JsonLinesLogOptions {
  /** The file; its folder is made where it is missing. */
  path: string;
  /** Blanks secrets in a text before it is written; `createRedactor()` unless given. */
  redact?: ((text: string) => string) | undefined;
  /** When the file is set aside; default 1 MB, gzip, 30 days. */
  rotation?: LogRotation | undefined;
  clock?: Clock | undefined;
}

/** A file with one JSON document a line. */
export interface JsonLinesLog {
  /** Writes any value and returns the line, secrets blanked; the operating system has all of it by then. */
  append(value: unknown): string;
  close(): void;
}

/**
 * Opens a JSONL file that is never lost at kill -9, blanks secrets and is set aside when it has grown.
 *
 * Opening and writing throw what the file system throws.
 */
export function createJsonLinesLog(options: JsonLinesLogOptions): JsonLinesLog {
  const { path, redact = createRedactor(), rotation = {}, clock } = options;
  mkdirSync(dirname(path), { recursive: true });
  const file = openLineFile({ path, rotation, clock });
  return {
    append(value) {
      const line = toRedactedJson(value, redact);
      file.append(line);
      return line;
    },
    close: () => file.close(),
  };
}
