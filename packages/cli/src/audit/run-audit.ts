import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import {
  exportProof,
  type ProofReport,
  readAuditCommits,
  readAuditHeads,
  verifyBundle,
  verifyLogFile,
  verifyProject,
} from "@ccb/builder/report";
import { CcbError } from "@ccb/core/errors";
import { exitCodes } from "../exit-codes.ts";
import { findProject } from "../project/find-project.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import { formatCount, formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";

export interface AuditVerifyFlags {
  head?: string;
  repository?: string;
  json?: boolean;
}

export interface AuditExportFlags {
  out: string;
  yes?: boolean;
  json?: boolean;
}

/** `ccb audit verify`: exit code 0 where nothing was changed, else 5. */
export async function runAuditVerify(call: {
  path: string | undefined;
  flags: AuditVerifyFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const path = call.path === undefined ? undefined : resolve(terminal.cwd, call.path);
  const isFile = path !== undefined && existsSync(path) && statSync(path).isFile();
  const isLog = isFile && path.endsWith(".jsonl");
  const found = isLog
    ? verifyLogFile(readFileSync(path))
    : isFile
      ? verifyBundle(readFileSync(path), await readOtherHeads(flags, terminal))
      : await verifyDirectory(call.path, call);
  const problems = [...found.problems, ...compareHead(found, flags.head)];
  const report = { ...found, problems };
  if (flags.json) terminal.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else terminal.stdout.write(`${renderReport(report, painterOf(terminal), !isLog)}\n`);
  return problems.length === 0 ? exitCodes.done : exitCodes.acceptanceFailed;
}

/** `ccb audit export`: the proof bundle; it is written also where something was changed, and says so. */
export async function runAuditExport(call: {
  directory: string | undefined;
  flags: AuditExportFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const path = resolve(terminal.cwd, flags.out);
  if (existsSync(path) && !flags.yes) {
    throw new CcbError({
      code: "bad-input",
      message: `${flags.out} is there already. Nothing was written.`,
      hint: "Choose another name, or replace it with --yes.",
    });
  }
  const directory = findProject(call.directory, terminal.cwd);
  const commits = await readAuditCommits({ directory, environment: terminal.environment });
  const proof = exportProof({ directory, path, commits });
  const { problems } = proof.report;
  if (flags.json) terminal.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
  else {
    terminal.stdout.write(
      `${renderReport(proof.report, painterOf(terminal))}\n\n${flags.out}: ${formatPlural(proof.files, "file")}, ${formatCount(proof.bytes)} bytes\nsha256 ${proof.sha256}\n`,
    );
  }
  return problems.length === 0 ? exitCodes.done : exitCodes.acceptanceFailed;
}

async function verifyDirectory(
  path: string | undefined,
  { flags, terminal }: { flags: AuditVerifyFlags; terminal: Terminal },
): Promise<ProofReport> {
  const { cwd, environment } = terminal;
  const directory = findProject(path, cwd);
  const heads = await readAuditHeads({ directory, environment });
  return verifyProject(directory, [...heads, ...(await readOtherHeads(flags, terminal))]);
}

/** The heads of a clone that whoever made the log or the bundle cannot change. */
async function readOtherHeads({ repository }: AuditVerifyFlags, { cwd, environment }: Terminal) {
  if (repository === undefined) return [];
  const heads = await readAuditHeads({ directory: resolve(cwd, repository), environment });
  if (heads.length > 0) return heads;
  throw new CcbError({
    code: "bad-input",
    message: `No commit of ${repository} holds a head of an audit log (CCB-Audit-Head).`,
    hint: "Give a clone of the project's repository.",
  });
}

function compareHead(report: ProofReport, head: string | undefined): string[] {
  if (head === undefined || head.toLowerCase() === report.chain.head) return [];
  return [`logs/audit.jsonl: it ends with ${report.chain.head}, not with ${head}`];
}

function renderReport(report: ProofReport & { commit?: string | undefined }, paint: Painter, isOfBuild = true): string {
  const { chain, problems, commit } = report;
  const counts = [
    formatPlural(chain.records, "record"),
    formatPlural(report.events, "event"),
    formatPlural(report.calls, "call"),
    formatPlural(report.files, "artifact"),
    ...(report.heads > 0 ? [formatPlural(report.heads, "head")] : []),
  ].join(", ");
  const notes = [
    ...(chain.torn
      ? [`the last ${formatPlural(chain.torn.bytes, "byte")} are a record that could not be finished; no tampering`]
      : []),
    ...(report.restoredEvents > 0
      ? [`${formatPlural(report.restoredEvents, "event")} were added again from the database`]
      : []),
    ...(report.heads === 0
      ? [
          `${isOfBuild ? "no commit holds a head of the log" : "no head of the log is kept elsewhere (--head)"}: that it was not written anew as a whole is not shown`,
        ]
      : []),
    ...(report.files === 0 && isOfBuild ? ["the build has not ended, so no artifact is vouched for"] : []),
  ];
  return [
    problems.length === 0
      ? `${paint.good("✓")} nothing was changed: ${counts}`
      : `${paint.bad("✗")} ${formatPlural(problems.length, "problem")}: ${counts}`,
    ...problems.map((problem) => `  ${paint.bad("✗")} ${problem}`),
    ...notes.map((note) => `  ${paint.warn("!")} ${note}`),
    `head ${chain.head}`,
    ...(commit === undefined ? [] : [`commit ${commit}`]),
  ].join("\n");
}

function painterOf({ stdout }: Terminal): Painter {
  return createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
}
