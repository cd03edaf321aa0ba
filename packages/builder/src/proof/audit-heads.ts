import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runGit, runGitForAnswer } from "../repository/run-git.ts";

/** A place in an audit log: how many records it had, and the hash of the last of them. */
export interface AuditHead {
  sequence: number;
  hash: string;
}

/** Trailer of the commits that keep the head of the audit log outside of it. */
const trailerKey = "CCB-Audit-Head";

/** The trailer of a commit for the head of the audit log at that time. */
export function renderAuditHead({ sequence, hash }: AuditHead): [key: string, value: string] {
  return [trailerKey, `${sequence} ${hash}`];
}

/** A commit that holds a head of the audit log, as git has it: its id is the hash of its object. */
export interface AuditCommit {
  id: string;
  object: string;
}

/** The head that a commit's trailers hold; undefined where there is none. Pure. */
export function parseAuditHead({ object }: Pick<AuditCommit, "object">): AuditHead | undefined {
  const trailers = object.trimEnd().split("\n\n").at(-1) ?? "";
  const [, sequence, hash] = new RegExp(`^${trailerKey}: (\\d{1,15}) ([0-9a-f]{64})$`, "m").exec(trailers) ?? [];
  return sequence === undefined || hash === undefined ? undefined : { sequence: Number(sequence), hash };
}

/** Whether an object is the commit that its id names. Pure. */
export function isWholeCommit({ id, object }: AuditCommit): boolean {
  const bytes = Buffer.from(object);
  const whole = Buffer.concat([Buffer.from(`commit ${bytes.length}\0`), bytes]);
  return hash(id.length === 64 ? "sha256" : "sha1", whole) === id;
}

interface Repository {
  directory: string;
  environment: Record<string, string>;
}

/**
 * The commits of HEAD that hold heads of a project's audit log, newest first; none without a repository or a commit. Other branches do not count: a session may make them. Rejects with a
 * CcbError `io-failed` where git cannot read the repository.
 */
export async function readAuditCommits(repository: Repository): Promise<AuditCommit[]> {
  if (!existsSync(join(repository.directory, ".git"))) return [];
  const format = `%H %(trailers:key=${trailerKey},valueonly,separator=%x20)`;
  const exists = { args: ["rev-parse", "--quiet", "--verify", "HEAD"], answers: [0, 1] };
  if ((await runGitForAnswer({ ...exists, ...repository })).code !== 0) return [];
  const listed = await runGit({ args: ["log", `--format=${format}`, "HEAD"], ...repository });
  const ids = [...listed.matchAll(/^([0-9a-f]{40,64}) \d+ [0-9a-f]{64}/gm)].map(([, id = ""]) => id);
  const commits: AuditCommit[] = [];
  for (const id of ids) commits.push({ id, object: await runGit({ args: ["cat-file", "commit", id], ...repository }) });
  return commits;
}

/** The heads of the audit log that the commits of {@link readAuditCommits} hold. */
export async function readAuditHeads(repository: Repository): Promise<AuditHead[]> {
  return (await readAuditCommits(repository)).flatMap((commit) => parseAuditHead(commit) ?? []);
}
