import { hash } from "node:crypto";
import type { BuildEvent } from "@ccb/core";
import { type AuditEntry, type AuditVerdict, verifyAuditLog } from "@ccb/logging";
import type { AuditHead } from "./audit-heads.ts";

/** What is checked: the bytes of the audit log, and ways to read what it vouches for. */
export interface ProofSources {
  auditLog: Buffer;
  /** A file by its path relative to the project directory; undefined where there is none. */
  read: (path: string) => Buffer | undefined;
  /** What else knows of the build, to find records that are missing at the log's end; undefined where there is no database. */
  ledger: ProofLedger | undefined;
  /** Heads of the log that were kept elsewhere, to find a log that was written anew as a whole. */
  heads?: readonly AuditHead[];
}

/** The database's own account of a build. */
export interface ProofLedger {
  /** Number of the last event. */
  lastEvent: number;
  costMicroUsd: number;
}

/** What a check found: problems are sentences, none means that everything agrees. */
export interface ProofReport {
  chain: Omit<AuditVerdict, "entries" | "hashes"> & { records: number };
  events: number;
  calls: number;
  files: number;
  /** Records of the log whose hashes are also kept in commits. */
  heads: number;
  costMicroUsd: number;
  /** Events that were added from the database after the log had lost them. */
  restoredEvents: number;
  problems: string[];
}

interface AuditedCall {
  path: string;
  sha256: string;
}

/** Holds an audit log against itself, against the files it vouches for and against the ledger. Pure but for `read`. */
export function checkProof(sources: ProofSources): ProofReport {
  const { entries, hashes, ...chain } = verifyAuditLog(sources.auditLog);
  const events = bodiesOf<BuildEvent>(entries, "event");
  const calls = bodiesOf<AuditedCall>(entries, "call");
  const files = latestFiles(entries);
  const costMicroUsd = events.reduce(
    (sum, event) => sum + (event.type === "call-end" ? (event.costMicroUsd ?? 0) : 0),
    0,
  );
  const problems = [
    ...describeChain(chain, entries),
    ...calls.flatMap((call) => checkFile(sources, `logs/api_calls/${call.path}`, call.sha256)),
    ...files.flatMap(({ path, sha256 }) => checkFile(sources, path, sha256)),
    ...(chain.intact ? checkHeads(sources.heads ?? [], hashes) : []),
    // After a changed record nothing more is known, so the ledger would only repeat the finding.
    ...(sources.ledger && chain.intact ? checkLedger(sources.ledger, events, costMicroUsd) : []),
  ];
  const counts = { events: events.length, calls: calls.length, files: files.length, heads: sources.heads?.length ?? 0 };
  const restoredEvents = bodiesOf<{ events: number }>(entries, "events-restored").reduce(
    (sum, { events: count }) => sum + count,
    0,
  );
  return { chain: { ...chain, records: entries.length }, ...counts, costMicroUsd, restoredEvents, problems };
}

function describeChain(chain: Omit<ProofReport["chain"], "records">, entries: AuditEntry[]): string[] {
  const { changed } = chain;
  return [
    ...(changed
      ? [`logs/audit.jsonl: record ${changed.record} was changed (byte ${changed.byte}): ${changed.reason}`]
      : []),
    ...bodiesOf<{ path: string }>(entries, "log-set-aside").map(
      ({ path }) => `logs/${path}: an earlier log was set aside because its last record had been changed`,
    ),
  ];
}

function checkFile({ read }: ProofSources, path: string, sha256: string): string[] {
  const bytes = read(path);
  if (bytes === undefined) return [`${path}: it is missing`];
  return hash("sha256", bytes) === sha256 ? [] : [`${path}: it was changed after it was logged`];
}

function checkLedger(ledger: ProofLedger, events: BuildEvent[], costMicroUsd: number): string[] {
  const last = events.at(-1)?.sequence ?? 0;
  const problems: string[] = [];
  if (ledger.lastEvent > last) {
    const missing = `it ends with event ${last}, the database has ${ledger.lastEvent}: records are missing at its end`;
    problems.push(`logs/audit.jsonl: ${missing} (a power cut can do that; a resumed build adds them, and says so)`);
  } else if (events.some((event) => event.type === "call-end") && ledger.costMicroUsd < costMicroUsd) {
    problems.push(
      `the ledger holds ${ledger.costMicroUsd} micro-dollars, the log ${costMicroUsd}: entries are missing`,
    );
  }
  return problems;
}

/** The log still has each record whose hash was kept elsewhere. */
function checkHeads(heads: readonly AuditHead[], hashes: readonly string[]): string[] {
  const gone = heads.find(({ sequence, hash }) => hashes[sequence - 1] !== hash);
  if (!gone) return [];
  const what = `a commit says that record ${gone.sequence} has the hash ${gone.hash}`;
  const found = hashes[gone.sequence - 1] ?? "no such record";
  return [`logs/audit.jsonl: ${what}, the log has ${found}: the log was cut or written anew`];
}

/** The last word on each file. */
function latestFiles(entries: AuditEntry[]): AuditedCall[] {
  // A sealing names every file there was, so that an older one no longer counts.
  return bodiesOf<AuditedCall[]>(entries, "files").at(-1) ?? [];
}

function bodiesOf<Body>(entries: AuditEntry[], type: AuditEntry["type"]): Body[] {
  return entries.filter((entry) => entry.type === type).map(({ body }) => body as Body);
}
