import { writeSync } from "node:fs";

/** Writes every byte. On a full disk `writeSync` may write less than asked without an error; the next call then throws ENOSPC. */
export function writeFully(descriptor: number, bytes: Uint8Array, position?: number): void {
  let written = 0;
  while (written < bytes.length) {
    const at = position === undefined ? null : position + written;
    written += writeSync(descriptor, bytes, written, bytes.length - written, at);
  }
}
