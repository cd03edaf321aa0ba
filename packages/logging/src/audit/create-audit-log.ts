import { hash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type BuildEvent, type Clock, systemClock } from "@ccb/core";
import type { WrittenCall } from "../create-api-call-log.ts";
import { writeFully } from "../files/_write-fully.ts";
import { toRedactedJson } from "../redact/_to-redacted-json.ts";
import { createRedactor } from "../redact/create-redactor.ts";
import { makeTimestamp } from "../render/_make-timestamp.ts";
import { type AuditEntry, claimedHash, genesis, openRecord, renderRecord } from "./_audit-record.ts";

export interface AuditLogOptions {
  /** The file; "logs/audit.jsonl" in a project directory. Its folder is made where it is missing. */
  path: string;
  /** Blanks secrets in a text before it is written; `createRedactor()` unless given. */
  redact?: ((text: string) => string) | undefined;
  clock?: Clock | undefined;
}

/** A file as the audit log vouches for it. */
export interface AuditedFile {
  /** Relative to the project directory, with forward slashes. */
  path: string;
  bytes: number;
  /** SHA-256, hexadecimal. */
  sha256: string;
}

/** A log in which each record holds a hash over all records before it. */
export interface AuditLog {
  event(event: BuildEvent): void;
  /** Number of the last event in the log, 0 where there is none. */
  lastEvent(): number;
  /** Adds events that a power cut took from the log, after a record that says so; nothing for none. */
  restore(events: readonly BuildEvent[]): void;
  call(call: WrittenCall): void;
  /** Vouches for files as they are now; a later record for the same path takes the place of an earlier one. */
  files(files: AuditedFile[]): void;
  /** How many records there are, and the hash of the last, once they are on the disk: whoever keeps it elsewhere can tell whether the whole log was replaced. */
  head(): { sequence: number; hash: string };
  close(): void;
}

/**
 * Opens a hash-chained log, one JSON record a line: `{"hash": …, "entry": {"sequence", "at", "type", "body"}}`, where the hash is SHA-256 over the hash before, a
 * line end and the entry. A record is complete when the call returns. What a killed process left half written is cut off, and a record says so. A log whose last whole
 * record is not what was written is set aside as `audit.changed_<time>.jsonl`, since a chain must not go on from it; the first record of the new one says so.
 *
 * Throws what the file system throws.
 */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { path, redact = createRedactor(), clock = systemClock } = options;
  mkdirSync(dirname(path), { recursive: true });
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const end = readEnd(bytes);
  const found = end ?? { sequence: 0, hash: genesis, end: 0, torn: undefined };
  const aside = end === undefined ? setChangedAside(path, clock) : undefined;
  const descriptor = openSync(path, "a");
  let { sequence, hash: head } = found;

  const append = (type: AuditEntry["type"], body: unknown): void => {
    const entry: AuditEntry = { sequence: sequence + 1, at: clock.now().toISOString(), type, body };
    const record = renderRecord(head, toRedactedJson(entry, redact));
    writeFully(descriptor, Buffer.from(`${record.line}\n`));
    sequence++;
    head = record.hash;
  };

  if (aside !== undefined) append("log-set-aside", { path: aside, bytes: bytes.length, sha256: hash("sha256", bytes) });
  if (found.torn) {
    ftruncateSync(descriptor, found.end);
    append("torn-tail-cut", { bytes: found.torn.length, sha256: hash("sha256", found.torn) });
  }
  let lastEvent = end === undefined ? 0 : findLastEvent(bytes.subarray(0, found.end));
  const event = (happened: BuildEvent): void => {
    append("event", happened);
    lastEvent = happened.sequence;
  };
  return {
    event,
    lastEvent: () => lastEvent,
    restore(events) {
      if (events.length > 0) append("events-restored", { events: events.length });
      for (const happened of events) event(happened);
    },
    call: (call) => append("call", call),
    files(files) {
      append("files", files);
      fsyncSync(descriptor);
    },
    head() {
      // A head that is kept elsewhere must not outlive its record in a power cut.
      fsyncSync(descriptor);
      return { sequence, hash: head };
    },
    close: () => closeSync(descriptor),
  };
}

/** The last whole record, and what stands after it; undefined where that record is not what was written. */
function readEnd(bytes: Buffer): { sequence: number; hash: string; end: number; torn: Buffer | undefined } | undefined {
  const end = bytes.lastIndexOf(10) + 1;
  const torn = end < bytes.length ? bytes.subarray(end) : undefined;
  if (end === 0) return { sequence: 0, hash: genesis, end, torn };
  const start = lineStart(bytes, end);
  const previous = start === 0 ? genesis : claimedHash(bytes.subarray(lineStart(bytes, start), start - 1));
  const record = previous === undefined ? undefined : openRecord(previous, bytes.subarray(start, end - 1));
  return record && { sequence: record.entry.sequence, hash: record.hash, end, torn };
}

function findLastEvent(bytes: Buffer): number {
  for (let end = bytes.length; end > 0; ) {
    const start = lineStart(bytes, end);
    const { entry } = JSON.parse(bytes.toString("utf8", start, end)) as { entry: AuditEntry };
    if (entry.type === "event") return (entry.body as BuildEvent).sequence;
    end = start;
  }
  return 0;
}

/** Where the line begins that ends at `end`, its line end included. */
function lineStart(bytes: Buffer, end: number): number {
  return end < 2 ? 0 : bytes.lastIndexOf(10, end - 2) + 1;
}

function setChangedAside(path: string, clock: Clock): string {
  const name = `audit.changed_${makeTimestamp(clock.now())}.jsonl`;
  renameSync(path, join(dirname(path), name));
  return name;
}
