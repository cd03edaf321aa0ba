import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Evidence } from "@ccb/core";
import { type CommitMessage, renderMessage } from "./open-repository.ts";
import { readHead } from "./read-head.ts";
import { runGit, runGitScript } from "./run-git.ts";

/** What became of bringing a commit onto the main line. */
export type MergeResult =
  | { outcome: "merged"; commit: string; isFastForward: boolean }
  | { outcome: "conflict"; head: string; files: string[] }
  /** Nobody else's work is in the way, but whoever looked at the merged files found something. */
  | { outcome: "rejected"; head: string; failed: Evidence[] };

/** Looks at a merged tree, by its hash, before the main line moves to it; what it finds keeps it from there. */
export type TryTree = (tree: string, head: string) => Promise<Evidence[]>;

export interface MergeOptions {
  commit: string;
  /** The commit's parent; found out when omitted. */
  parent?: string;
  message: CommitMessage | string;
  tryTree?: TryTree;
}

/** Worktrees of a repository and the way of their commits onto its main line. Every method rejects with a CcbError that holds git's own words. */
export interface Worktrees {
  /** A worktree at `base` with no branch. What stands at the path is removed first. */
  add(path: string, base: string): Promise<void>;
  /** Removes a worktree's directory; one that is not there is no error. Git's own note of it stays until `prune`. */
  remove(path: string): Promise<void>;
  /** Removes git's notes of worktrees that are gone. */
  prune(): Promise<void>;
  /** Absolute paths of all worktrees but the main one. */
  list(): Promise<string[]>;
  /** Keeps a commit reachable under `refs/ccb/<name>`. */
  keep(name: string, commit: string): Promise<void>;
  /** Commits kept under `refs/ccb/<prefix>`, by what follows the prefix. */
  listKept(prefix: string): Promise<Map<string, string>>;
  /** Lets kept commits go, those that are there; call it only once each, or what was made of it, is in the history. */
  release(names: readonly string[]): Promise<void>;
  /**
   * Brings one commit onto HEAD: as it is where HEAD is its parent, else as a new commit with the merged tree. The merge is tried without touching
   * any file first, and `tryTree` may look at the result; a conflict or a finding changes nothing. HEAD moves only if it is still where it was.
   */
  merge(work: MergeOptions): Promise<MergeResult>;
  /** Puts the main working tree to HEAD. */
  checkOut(): Promise<void>;
}

type Git = (args: string[], answers?: readonly number[]) => Promise<string>;

/** Opens the worktrees of the repository in `directory`. */
export function openWorktrees(options: { directory: string; environment: Record<string, string> }): Worktrees {
  const { directory } = options;
  const call = { directory, environment: options.environment };
  const git: Git = (args, answers = [0]) => runGit({ ...call, args, answers });
  const text = async (args: string[]) => (await git(args)).trim();
  const head = async () => readHead(directory) ?? text(["rev-parse", "HEAD"]);

  // Pruning takes a worktree that is just being made for one that is gone.
  let last: Promise<unknown> = Promise.resolve();
  const oneAtATime = (work: () => Promise<void>): Promise<void> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };

  return {
    add: (path, base) =>
      oneAtATime(async () => {
        // Added by force, it takes the place of one that is registered there; only what lies there has to go.
        await rm(path, { recursive: true, force: true });
        await git(["worktree", "add", "--quiet", "--force", "--detach", path, base]);
      }),
    remove: (path) => rm(path, { recursive: true, force: true }),
    prune: () =>
      oneAtATime(async () => {
        if (hasWorktrees(directory)) await git(["worktree", "prune", "--expire=now"]);
      }),
    async list() {
      if (!hasWorktrees(directory)) return [];
      const rows = (await git(["worktree", "list", "--porcelain", "-z"])).split("\0");
      const paths = rows.flatMap((row) => (row.startsWith("worktree ") ? [row.slice("worktree ".length)] : []));
      return paths.slice(1).filter((path) => existsSync(path));
    },
    keep: async (name, commit) => void (await git(["update-ref", `refs/ccb/${name}`, commit])),
    async listKept(prefix) {
      const rows = await text(["for-each-ref", "--format=%(refname) %(objectname)", `refs/ccb/${prefix}`]);
      const found = rows.split("\n").filter((row) => row !== "");
      return new Map(
        found.map((row) => {
          const [name = "", commit = ""] = row.split(" ");
          return [name.slice(`refs/ccb/${prefix}`.length).replace(/^\//, ""), commit];
        }),
      );
    },
    async release(names) {
      const input = names.map((name) => `delete refs/ccb/${name}\n`).join("");
      if (input !== "") await runGit({ ...call, args: ["update-ref", "--stdin"], input });
    },
    async merge({ commit, parent, message, tryTree }) {
      const from = await head();
      if ((parent ?? (await text(["rev-parse", `${commit}^`]))) === from) {
        await runGitScript({ ...call, script: moveScript, args: [from, commit] });
        return { outcome: "merged", commit, isFastForward: true };
      }
      const tried = await tryMerge(git, from, commit);
      if (tried.files.length > 0) return { outcome: "conflict", head: from, files: tried.files };
      const failed = (await tryTree?.(tried.tree, from)) ?? [];
      if (failed.length > 0) return { outcome: "rejected", head: from, failed };
      const words = typeof message === "string" ? message.trim() : renderMessage(message, "");
      const args = [from, tried.tree];
      const merged = (await runGitScript({ ...call, script: commitScript, args, input: words })).trim();
      return { outcome: "merged", commit: merged, isFastForward: false };
    },
    checkOut: async () => void (await git(["reset", "--quiet", "--hard", "HEAD"])),
  };
}

/** Whether git may know of any; of a repository that is one itself, git has to be asked. */
function hasWorktrees(directory: string): boolean {
  const folder = join(directory, ".git");
  return !existsSync(join(folder, "HEAD")) || existsSync(join(folder, "worktrees"));
}

/** Prints the commit with the tree $2 that HEAD was moved to. */
const commitScript = `
merged=$(git commit-tree "$2" -p "$1" -F -)
git update-ref HEAD "$merged" "$1"
git reset --quiet --hard HEAD
echo "$merged"
`;

const moveScript = `
git update-ref HEAD "$2" "$1"
git reset --quiet --hard HEAD
`;

/** `git merge-tree` writes the merged tree and names the files in conflict; its exit code 1 means that there are some. */
async function tryMerge(git: Git, ours: string, theirs: string): Promise<{ tree: string; files: string[] }> {
  const output = await git(["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs], [0, 1]);
  const [tree = "", ...files] = output.split("\0").filter((part) => part !== "");
  return { tree, files };
}
