import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CcbError, type Clock, systemClock } from "@ccb/core";
import { defaultMaxBytes, type LogRotation, setAside, tidyRotated } from "./_rotation.ts";
import { writeFully } from "./_write-fully.ts";

/** A file that lines are added to. */
export interface LineFile {
  /** Returns when the operating system has the whole line: a process killed right after loses none. */
  append(line: string): void;
  close(): void;
}

export interface LineFileOptions {
  path: string;
  /** Never set aside when omitted. */
  rotation?: LogRotation | undefined;
  clock?: Clock | undefined;
}

/**
 * Opens a file for appending lines. Writing is synchronous on purpose: a buffered stream loses lines at kill -9, and one `writeSync` on an
 * open descriptor takes about 2 µs. A line that a killed process left half written is ended first, so that it spoils no other.
 */
export function openLineFile({ path, rotation, clock = systemClock }: LineFileOptions): LineFile {
  const maxBytes = rotation?.maxBytes ?? defaultMaxBytes;
  if (rotation) tidyRotated(path, rotation, clock);
  let open: { descriptor: number; bytes: number } | undefined = openForAppend(path);

  const rotate = (descriptor: number, settings: LogRotation): { descriptor: number; bytes: number } => {
    closeSync(descriptor);
    open = undefined;
    setAside(path, clock);
    open = openForAppend(path);
    try {
      tidyRotated(path, settings, clock);
    } catch (cause) {
      // The lines are safe in the file set aside; a log must not fail because its copy could not be made smaller. The next opening tries again.
      if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    }
    return open;
  };

  return {
    append(line) {
      if (open === undefined) throw closedError(path);
      const bytes = Buffer.from(`${line}\n`);
      if (rotation && open.bytes > 0 && open.bytes + bytes.length > maxBytes) open = rotate(open.descriptor, rotation);
      writeFully(open.descriptor, bytes);
      open.bytes += bytes.length;
    },
    close() {
      if (open !== undefined) closeSync(open.descriptor);
      open = undefined;
    },
  };
}

function openForAppend(path: string): { descriptor: number; bytes: number } {
  const descriptor = openSync(path, "a+");
  const { size } = fstatSync(descriptor);
  if (size === 0) return { descriptor, bytes: 0 };
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  if (last[0] === 10) return { descriptor, bytes: size };
  writeFully(descriptor, Buffer.from("\n"));
  return { descriptor, bytes: size + 1 };
}

function closedError(path: string): CcbError {
  return new CcbError({
    code: "io-failed",
    message: `A line was to be written to ${path} after the log was closed.`,
    hint: "Close the log after everything that writes to it has ended.",
  });
}
