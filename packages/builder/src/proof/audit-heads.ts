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

/** The heads in a text of trailer values, one a line; what is none is left out. Pure. */
function parseAuditHeads(text: string): AuditHead[] {
  return [...text.matchAll(/^(\d{1,15}) ([0-9a-f]{64})$/gm)].map(([, sequence, hash = ""]) => {
    return { sequence: Number(sequence), hash };
  });
}

/**
 * The heads of the audit log that the commits of HEAD hold, newest first; none without a repository or a commit. Other branches do not count: a session may make them. Rejects with a CcbError `io-failed` where git cannot read the
 * repository.
 */
export async function readAuditHeads(options: {
  directory: string;
  environment: Record<string, string>;
}): Promise<AuditHead[]> {
  const { directory } = options;
  if (!existsSync(join(directory, ".git"))) return [];
  const format = `%(trailers:key=${trailerKey},valueonly)`;
  const { code } = await runGitForAnswer({
    args: ["rev-parse", "--quiet", "--verify", "HEAD"],
    answers: [0, 1],
    ...options,
  });
  if (code !== 0) return [];
  return parseAuditHeads(await runGit({ args: ["log", `--format=${format}`, "HEAD"], ...options }));
}
