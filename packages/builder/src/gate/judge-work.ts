import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  applyWaivers,
  type GateFinding,
  isJudgedPath,
  judgeChange,
  type Waiver,
  type WaiverOutcome,
  waiverFile,
} from "@ccb/testing/gate";
import type { ChangedFile, Repository } from "../repository/open-repository.ts";
import { runGitForAnswer } from "../repository/run-git.ts";
import type { ChangedArtifacts } from "./guard-artifacts.ts";

/** What the gate makes of a piece of work. */
export interface WorkVerdict {
  /** They keep the work from being committed. */
  findings: GateFinding[];
  /** They are told and stop nothing: the gate could not read a file. */
  noted: GateFinding[];
  waived: (GateFinding & { signedBy: string; why: string })[];
  /** Files of code that were read. */
  files: number;
}

export interface JudgeWorkOptions {
  repository: Repository;
  /** The commit the work began from. */
  base: string;
  /** Files that differ from it. */
  changed: readonly ChangedFile[];
  environment: Record<string, string>;
  /** What was changed of CCB's own files. */
  artifacts: ChangedArtifacts;
  waivers: readonly Waiver[];
  /** "2026-11-28". */
  today: string;
}

/** Files beyond it are data, not code that somebody wrote. */
const largestFile = 1024 * 1024;

/** Judges what a session changed since `base`, whatever of it was committed in between, with what people have signed for taken out. */
export async function judgeWork(options: JudgeWorkOptions): Promise<WorkVerdict> {
  const { artifacts, waivers, today } = options;
  const { before, after } = await readTrees(options);
  const all = judgeChange({ before: { ...before, ...artifacts.before }, after: { ...after, ...artifacts.after } });
  const { findings, waived } = splitByWaivers(all, { waivers, today });
  return {
    findings: findings.filter((finding) => !isOnlyTold(finding)),
    noted: findings.filter(isOnlyTold),
    waived: waived.map(({ finding, waiver }) => ({ ...finding, signedBy: waiver.signedBy, why: waiver.reason })),
    files: Object.keys(after).filter(isJudgedPath).length,
  };
}

/** Nobody may sign for a change of the criteria or of the waivers themselves from within the work. */
function splitByWaivers(
  findings: readonly GateFinding[],
  signed: { waivers: readonly Waiver[]; today: string },
): Pick<WaiverOutcome, "findings" | "waived"> {
  const edits = findings.filter(({ rule }) => rule === "edited-criteria");
  const rest = applyWaivers(
    findings.filter(({ rule }) => rule !== "edited-criteria"),
    signed,
  );
  return { findings: [...edits, ...rest.findings], waived: rest.waived };
}

function isOnlyTold({ rule }: GateFinding): boolean {
  return rule === "unreadable-code";
}

/** The code before and after; what did not change is read once, and nothing is read where no code changed. */
async function readTrees(options: JudgeWorkOptions): Promise<{ before: Tree; after: Tree }> {
  const { repository } = options;
  const isRead = (path: string) => isJudgedPath(path) || path === waiverFile;
  const changed = options.changed.map(({ path }) => path).filter(isRead);
  if (changed.length === 0) return { before: {}, after: {} };
  // What was just written is not in the index yet.
  const paths = [...new Set([...(await repository.listFiles()).filter(isRead), ...changed])];
  const after = await readAll(paths, (path) => readText(join(repository.directory, path)));
  const older = await readAll(changed, (path) => readCommitted(options, path));
  const before: Tree = { ...after };
  for (const path of changed) delete before[path];
  return { before: { ...before, ...older }, after };
}

type Tree = Record<string, string>;

async function readAll(paths: readonly string[], read: (path: string) => Promise<string | undefined>): Promise<Tree> {
  const entries = await Promise.all(paths.map(async (path) => [path, await read(path)] as const));
  return Object.fromEntries(entries.flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])));
}

/** Undefined for what is no file that somebody wrote, or is gone. */
async function readText(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() && found.size <= largestFile ? readFile(path, "utf8") : undefined;
}

/** Undefined for what was not there. */
async function readCommitted(
  { repository, base, environment }: JudgeWorkOptions,
  path: string,
): Promise<string | undefined> {
  const call = { args: ["show", `${base}:${path}`], directory: repository.directory, environment, answers: [0, 128] };
  const { code, stdout } = await runGitForAnswer(call);
  return code === 0 ? stdout : undefined;
}
