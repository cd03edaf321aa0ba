import type { GateFinding } from "@ccb/testing/gate";
import type { Repository } from "../repository/open-repository.ts";

/** A commit of a session's own whose message claims to be CCB's. */
export interface ForgedCommit {
  commit: string;
  /** The lines that only CCB writes. */
  lines: string[];
}

/** CCB tells its own commits by these trailers: what is finished, what it was made from, and the head of the audit log. */
const trailer = /^[ \t]*CCB-[A-Za-z-]+[ \t]*:.*$/gm;

/** The commits among these that carry a trailer of CCB's. Pure. */
export function findForgedCommits(commits: readonly { commit: string; message: string }[]): ForgedCommit[] {
  return commits.flatMap(({ commit, message }) => {
    const lines = [...message.matchAll(trailer)].map(([line]) => line.trim());
    return lines.length === 0 ? [] : [{ commit, lines }];
  });
}

/**
 * Takes what a session committed since `base` off the line where one of its commits claims to be CCB's; the files stay as they are. To be called before CCB commits the work itself. Resolves with those
 * commits.
 */
export async function takeBackForged(
  repository: Pick<Repository, "commitsSince" | "takeBackCommits">,
  base: string,
): Promise<ForgedCommit[]> {
  const forged = findForgedCommits(await repository.commitsSince(base));
  if (forged.length > 0) await repository.takeBackCommits(base);
  return forged;
}

/** Pure. */
export function renderForgedFinding({ commit, lines }: ForgedCommit): GateFinding {
  return {
    rule: "forged-commit",
    path: ".git",
    line: 1,
    reason: describeForged({ commit, lines }),
    excerpt: lines.join(" ").slice(0, 160),
    codeHash: commit.slice(0, 16),
  };
}

/** One sentence. Pure. */
export function describeForged({ commit, lines }: ForgedCommit): string {
  const names = [...new Set(lines.map((line) => line.slice(0, line.indexOf(":")).trim()))].join(", ");
  return `the session's commit ${commit.slice(0, 12)} carries ${names}, which only CCB writes; it was taken back`;
}
