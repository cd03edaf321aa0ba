import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { planProjectPaths } from "../project/project-paths.ts";
import { type BuildRecord, readBuildRecord } from "../report/read-build-record.ts";
import type { AuditHead } from "./audit-heads.ts";
import { checkProof, type ProofLedger, type ProofReport } from "./check-proof.ts";

/**
 * Checks the audit log of a project directory: every byte of it, every call's file and every artifact it vouches for, and that it holds all events of the
 * database and the records that `heads` names (see `readAuditHeads`). Changes nothing, and may be used while the build runs.
 *
 * CcbError `bad-input` where there is no build or no audit log.
 */
export function verifyProject(directory: string, heads: readonly AuditHead[] = []): ProofReport {
  // The database first: the log is written after it, so a build that runs on makes no event seem to be missing.
  const ledger = ledgerOf(readBuildRecord(directory));
  return checkProof({ auditLog: readAuditLog(directory), read: (path) => readIfThere(directory, path), ledger, heads });
}

/** Checks an audit log that stands alone, as `ccb gateway` keeps one: every byte of it. Pure. */
export function verifyLogFile(bytes: Uint8Array): ProofReport {
  return checkProof({ auditLog: Buffer.from(bytes), read: () => undefined, ledger: undefined });
}

/** The bytes of a project's audit log. */
export function readAuditLog(directory: string): Buffer {
  const { auditLog } = planProjectPaths(directory);
  if (existsSync(auditLog)) return readFileSync(auditLog);
  throw new CcbError({
    code: "bad-input",
    message: `${directory} has no audit log (logs/audit.jsonl).`,
    hint: "A version of CCB that kept none made it, or the file was removed. Resuming the build begins one.",
  });
}

export function ledgerOf(record: BuildRecord): ProofLedger {
  const costMicroUsd = record.calls.reduce((sum, call) => sum + (call.costMicroUsd ?? 0), 0);
  return { lastEvent: record.events.at(-1)?.sequence ?? 0, costMicroUsd };
}

function readIfThere(directory: string, path: string): Buffer | undefined {
  const whole = join(directory, path);
  return existsSync(whole) ? readFileSync(whole) : undefined;
}
