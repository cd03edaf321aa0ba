import { hash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { type BuildRecord, readBuildRecord } from "../report/read-build-record.ts";
import { compress, decompress } from "./_sealed-gzip.ts";
import { type ArchivedFile, parseTar, renderTar } from "./_tar.ts";
import { type AuditCommit, type AuditHead, isWholeCommit, parseAuditHead } from "./audit-heads.ts";
import { checkProof, type ProofReport } from "./check-proof.ts";
import { listFiles } from "./list-audited-files.ts";
import { ledgerOf, readAuditLog } from "./verify-project.ts";

/** `manifest.json` of a proof bundle. */
interface ProofManifest {
  format: 1;
  build: string;
  project: string;
  /** The audit log's last hash and how many records it has. */
  chain: { records: number; head: string };
  /** Every other file of the bundle. */
  files: { path: string; bytes: number; sha256: string }[];
}

export interface ExportedProof {
  path: string;
  bytes: number;
  /** SHA-256 of the archive: give it to whoever gets the archive, on another way. */
  sha256: string;
  head: string;
  files: number;
  report: ProofReport;
}

/**
 * Writes everything that proves a build into one `.tar.gz`: specification, plan, criteria, evidence, trace and summary (`artifacts/`), every model call
 * (`logs/api_calls/`), the ledger (`costs.json`), the audit log, and the commits that hold heads of it (`commits/`, see `readAuditCommits`), with a manifest of hashes. The same
 * project makes the same archive.
 *
 * The bundle is written also where the check of the project finds problems; they are in the report. Throws a CcbError `bad-input` where there is no build or no audit log.
 */
export function exportProof(options: {
  directory: string;
  path: string;
  commits?: readonly AuditCommit[];
}): ExportedProof {
  const { directory, commits = [] } = options;
  const record = readBuildRecord(directory);
  const auditLog = readAuditLog(directory);
  const files: ArchivedFile[] = [
    ...[...listFiles(directory, "artifacts"), ...listFiles(directory, "logs/api_calls")].map((path) => ({
      path,
      bytes: readFileSync(join(directory, path)),
    })),
    ...commits.map(({ id, object }) => ({ path: `commits/${id}`, bytes: Buffer.from(object) })),
    { path: "costs.json", bytes: toJson(record.calls) },
    { path: "logs/audit.jsonl", bytes: auditLog },
  ];
  const report = checkFiles(files, record);
  const manifest = renderManifest(files, record, report);
  const archive = compress(renderTar([{ path: "manifest.json", bytes: toJson(manifest) }, ...files]));
  writeWhole(options.path, archive);
  const { head } = report.chain;
  const sha256 = hash("sha256", archive);
  return { path: options.path, bytes: archive.length, sha256, head, files: files.length + 1, report };
}

/** What the check of a bundle found. */
export interface BundleReport extends ProofReport {
  build: string;
  project: string;
  sha256: string;
  /** Id of the newest commit in it that holds a head of the log: whoever has the repository can look for it there. */
  commit: string | undefined;
}

/**
 * Checks a proof bundle with nothing but the bundle: that it is whole and unchanged, that the audit log's chain holds, that calls, artifacts and costs are those that the
 * chain vouches for, and that the log has the records whose hashes the commits in it hold; and those of `heads`, from a repository that the bundle's maker could not change.
 *
 * CcbError `bad-input` where the bytes are no proof bundle at all.
 */
export function verifyBundle(archive: Buffer, heads: readonly AuditHead[] = []): BundleReport {
  const files = unpack(archive);
  const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const manifest = readManifest(byPath.get("manifest.json"));
  const costs = JSON.parse(byPath.get("costs.json")?.toString("utf8") ?? "[]") as BuildRecord["calls"];
  const commits = listCommits(files);
  const report = checkProof({
    auditLog: byPath.get("logs/audit.jsonl") ?? Buffer.alloc(0),
    heads: [...headsOf(commits), ...heads],
    read: (path) => byPath.get(path),
    ledger: { lastEvent: 0, costMicroUsd: costs.reduce((sum, call) => sum + (call.costMicroUsd ?? 0), 0) },
  });
  const listed = new Set(manifest.files.map(({ path }) => path).concat("manifest.json"));
  const problems = [
    ...manifest.files.flatMap(({ path, sha256 }) => {
      const bytes = byPath.get(path);
      if (bytes === undefined) return [`${path}: it is missing from the bundle`];
      return hash("sha256", bytes) === sha256 ? [] : [`${path}: it is not the file that the manifest names`];
    }),
    ...files.filter(({ path }) => !listed.has(path)).map(({ path }) => `${path}: the manifest does not name it`),
    ...commits
      .filter((commit) => !isWholeCommit(commit))
      .map(({ id }) => `commits/${id}: it is not the commit of that name`),
    ...(manifest.chain.head === report.chain.head ? [] : ["logs/audit.jsonl: it does not end as the manifest says"]),
    ...report.problems,
  ];
  const { build, project } = manifest;
  return { ...report, problems, build, project, sha256: hash("sha256", archive), commit: commits[0]?.id };
}

function listCommits(files: ArchivedFile[]): AuditCommit[] {
  return files.flatMap(({ path, bytes }) => {
    const id = /^commits\/([0-9a-f]{40,64})$/.exec(path)?.[1];
    return id === undefined ? [] : [{ id, object: bytes.toString("utf8") }];
  });
}

const headsOf = (commits: readonly AuditCommit[]) => commits.flatMap((commit) => parseAuditHead(commit) ?? []);

function checkFiles(files: ArchivedFile[], record: BuildRecord): ProofReport {
  const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  const auditLog = byPath.get("logs/audit.jsonl") ?? Buffer.alloc(0);
  const heads = headsOf(listCommits(files));
  return checkProof({ auditLog, read: (path) => byPath.get(path), ledger: ledgerOf(record), heads });
}

function renderManifest(files: ArchivedFile[], record: BuildRecord, report: ProofReport): ProofManifest {
  return {
    format: 1,
    build: record.build.id,
    project: record.build.project,
    chain: { records: report.chain.records, head: report.chain.head },
    files: files.map(({ path, bytes }) => ({ path, bytes: bytes.length, sha256: hash("sha256", bytes) })),
  };
}

function readManifest(bytes: Buffer | undefined): ProofManifest {
  const manifest = bytes && (JSON.parse(bytes.toString("utf8")) as ProofManifest);
  if (manifest?.format === 1) return manifest;
  throw notABundle("it has no manifest of a format that this version knows");
}

function unpack(archive: Buffer): ArchivedFile[] {
  const tar = decompress(archive);
  if (tar.bytes === undefined) throw notABundle(tar.reason);
  const files = parseTar(tar.bytes);
  if (!files) throw notABundle("its archive was not made by CCB, or was changed");
  return files;
}

function notABundle(reason: string): CcbError {
  return new CcbError({
    code: "bad-input",
    message: `This is no whole proof bundle: ${reason}.`,
    hint: "Get the file again from whoever made it, and compare the SHA-256 that ccb audit export printed.",
  });
}

function toJson(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function writeWhole(path: string, bytes: Buffer): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { flush: true });
  renameSync(temporary, path);
}
