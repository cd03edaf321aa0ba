import { runGit } from "./_git.ts";
import { findSecrets } from "./find-secrets.ts";
import { parseAddedLines } from "./parse-added-lines.ts";
import type { SecretFinding } from "./secret-finding.ts";

const diffOptions = ["--no-color", "--no-ext-diff", "--no-textconv", "--diff-filter=ACMR", "-U0"];

/** Secrets in the lines that the next commit of a repository would add (`git diff --cached`). */
export async function scanStaged({ repository }: { repository: string }): Promise<SecretFinding[]> {
  return findSecrets(parseAddedLines(await runGit(repository, ["diff", "--cached", ...diffOptions])));
}

/** A secret with the commit that brought it. */
export interface CommittedSecret extends SecretFinding {
  /** Full hash. */
  commit: string;
}

/**
 * Secrets in the lines that each commit of a range adds, also when a later commit takes them out again: they are in the history. The range is git's:
 * "main..HEAD", or "HEAD" for the whole history.
 */
export async function scanCommits({
  repository,
  range,
}: {
  repository: string;
  range: string;
}): Promise<CommittedSecret[]> {
  const listed = await runGit(repository, ["rev-list", "--reverse", "--end-of-options", range, "--"]);
  const found: CommittedSecret[] = [];
  for (const commit of listed.split("\n").filter((line) => line !== "")) {
    const diff = await runGit(repository, [
      "diff-tree",
      "--root",
      "-r",
      "-p",
      "-m",
      "--first-parent",
      "--no-commit-id",
      ...diffOptions,
      commit,
    ]);
    found.push(...findSecrets(parseAddedLines(diff)).map((finding) => ({ ...finding, commit })));
  }
  return found;
}
