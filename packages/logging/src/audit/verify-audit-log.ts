import { type AuditEntry, beginsRecord, genesis, openRecord } from "./_audit-record.ts";

/** What a check of an audit log found. */
export interface AuditVerdict {
  /** True where every whole record is what was written. A torn tail is no tampering. */
  intact: boolean;
  /** The records up to the first that was changed. */
  entries: AuditEntry[];
  /** The hash of each of them. */
  hashes: string[];
  /** Hash of the last of them. */
  head: string;
  /** The first record that is not what was written. */
  changed: { record: number; byte: number; reason: string } | undefined;
  /** What stands after the last line end: a record that a killed process could not finish. */
  torn: { byte: number; bytes: number } | undefined;
}

/**
 * Checks every byte of an audit log against its chain of hashes. Pure: give it the bytes of the file.
 *
 * It finds any change to a record that others follow, and any change to the last one. It cannot see that whole records are missing at the end, or that somebody
 * wrote a whole new log: keep the head elsewhere for that.
 */
export function verifyAuditLog(bytes: Uint8Array): AuditVerdict {
  const log = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: AuditEntry[] = [];
  const hashes: string[] = [];
  let head = genesis;
  let start = 0;
  const verdict = (rest: Partial<AuditVerdict>): AuditVerdict => {
    return { intact: rest.changed === undefined, entries, hashes, head, changed: undefined, torn: undefined, ...rest };
  };
  while (start < log.length) {
    const end = log.indexOf(10, start);
    if (end < 0) return verdict(judgeTail(log.subarray(start), { head, start, record: entries.length + 1 }));
    const record = openRecord(head, log.subarray(start, end));
    if (!record) return verdict({ changed: changedAt(entries.length + 1, start, "its bytes do not match its hash") });
    if (record.entry.sequence !== entries.length + 1) {
      return verdict({ changed: changedAt(entries.length + 1, start, `it has number ${record.entry.sequence}`) });
    }
    entries.push(record.entry);
    hashes.push(record.hash);
    head = record.hash;
    start = end + 1;
  }
  return verdict({});
}

/** What is not ended by a line end: a record that could not be finished, or one whose line end was changed. */
function judgeTail(tail: Buffer, at: { head: string; start: number; record: number }): Partial<AuditVerdict> {
  if (openRecord(at.head, tail.subarray(0, -1))) {
    return { changed: changedAt(at.record, at.start + tail.length - 1, "its line end was changed") };
  }
  if (!beginsRecord(tail)) return { changed: changedAt(at.record, at.start, "it is not the beginning of a record") };
  return { torn: { byte: at.start, bytes: tail.length } };
}

function changedAt(record: number, byte: number, reason: string) {
  return { record, byte, reason };
}
