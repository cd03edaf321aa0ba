import { closeSync, openSync, writeSync } from "node:fs";
import { CcbError } from "@ccb/core";

/** A file that lines are added to. */
export interface LineFile {
  /** Returns when the operating system has the whole line: a process killed right after loses none. */
  append(line: string): void;
  close(): void;
}

/**
 * Opens a file for appending lines. Writing is synchronous on purpose: a buffered stream loses lines at kill -9, and one `writeSync` on an
 * open descriptor takes about 2 µs.
 */
export function openLineFile(path: string): LineFile {
  let descriptor: number | undefined = openSync(path, "a");
  return {
    append(line) {
      if (descriptor === undefined) {
        throw new CcbError({
          code: "io-failed",
          message: `A line was to be written to ${path} after the log was closed.`,
          hint: "Close the log after everything that writes to it has ended.",
        });
      }
      writeFully(descriptor, Buffer.from(`${line}\n`));
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** Writes every byte. On a full disk `writeSync` may write less than asked without an error; the next call then throws ENOSPC. */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}
