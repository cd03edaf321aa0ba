import { hash } from "node:crypto";

/** What one record vouches for. */
export interface AuditEntry {
  /** From 1, without a gap. */
  sequence: number;
  /** ISO 8601. */
  at: string;
  type: "event" | "call" | "files" | "torn-tail-cut" | "events-restored" | "log-set-aside";
  body: unknown;
}

/** The hash before the first record. */
export const genesis = "0".repeat(64);

const before = '{"hash":"';
const between = '","entry":';
const after = "}";
const entryStart = before.length + 64 + between.length;

/** A record as its line, with the hash that the next one builds on: SHA-256 over the hash before it, a line end, and the entry's bytes. */
export function renderRecord(previous: string, entry: string): { line: string; hash: string } {
  const own = hash("sha256", `${previous}\n${entry}`);
  return { line: `${before}${own}${between}${entry}${after}`, hash: own };
}

/**
 * The entry of a line and its hash, or undefined where any byte of the line is not what {@link renderRecord} writes after `previous`. The line is compared as
 * bytes: text decoding would make different bytes equal.
 */
export function openRecord(previous: string, line: Buffer): { entry: AuditEntry; hash: string } | undefined {
  if (line.length < entryStart + after.length) return undefined;
  const entry = line.subarray(entryStart, line.length - after.length);
  const own = hash("sha256", Buffer.concat([Buffer.from(`${previous}\n`), entry]));
  const frame = Buffer.from(`${before}${own}${between}`);
  if (!line.subarray(0, entryStart).equals(frame) || line.at(-1) !== after.charCodeAt(0)) return undefined;
  const parsed = parseEntry(entry);
  return parsed && { entry: parsed, hash: own };
}

/** True where the bytes may be the beginning of a record. */
export function beginsRecord(tail: Buffer): boolean {
  return Buffer.from(before).subarray(0, tail.length).equals(tail.subarray(0, before.length));
}

function parseEntry(entry: Buffer): AuditEntry | undefined {
  try {
    return JSON.parse(entry.toString("utf8")) as AuditEntry;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/** The hash that a line claims; undefined where it has not the form of a record. */
export function claimedHash(line: Buffer): string | undefined {
  return /^\{"hash":"([0-9a-f]{64})","entry":/.exec(line.subarray(0, entryStart).toString("latin1"))?.[1];
}
