import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * The commit HEAD is at, read from git's own files: a process of git for it costs more than everything else that is done with the answer. Undefined where it does not stand there as
 * plain text (no commit yet, packed refs, a reftable), and git has to be asked.
 */
export function readHead(directory: string): string | undefined {
  try {
    const own = findGitDirectory(directory);
    const head = readLine(join(own, "HEAD"));
    const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
    if (ref === undefined) return asCommit(head);
    return asCommit(readLine(join(findCommonDirectory(own), ref)));
  } catch {
    return undefined;
  }
}

/** The branch HEAD is on ("refs/heads/main"); undefined where it is detached or not plain text. */
export function readBranch(directory: string): string | undefined {
  try {
    return /^ref: (refs\/\S+)$/.exec(readLine(join(findGitDirectory(directory), "HEAD")))?.[1];
  } catch {
    return undefined;
  }
}

/** `.git` is a folder, or in a worktree a file that names one. */
function findGitDirectory(directory: string): string {
  const path = join(directory, ".git");
  let line: string;
  try {
    line = readLine(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EISDIR") return path;
    throw error;
  }
  const named = /^gitdir: (.+)$/.exec(line)?.[1];
  return named === undefined ? path : resolve(dirname(path), named);
}

/** Branches of a worktree lie in the repository it belongs to. */
function findCommonDirectory(own: string): string {
  try {
    return resolve(own, readLine(join(own, "commondir")));
  } catch {
    return own;
  }
}

function readLine(path: string): string {
  return readFileSync(path, "utf8").trimEnd();
}

function asCommit(text: string): string | undefined {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text) ? text : undefined;
}
