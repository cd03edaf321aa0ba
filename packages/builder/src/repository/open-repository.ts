import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exceptArtifacts, listChanges, parseNameStatus, statusArgs } from "./_list-changes.ts";
import { openHistory } from "./_open-history.ts";
import { findDamage, resetIndexIfDamaged } from "./check-repository.ts";
import { readBranch, readHead } from "./read-head.ts";
import { runGit, runGitScript } from "./run-git.ts";

/** How a file changed between two commits. */
export interface ChangedFile {
  path: string;
  change: "added" | "modified" | "deleted";
}

/** The project directory's git repository. Every method rejects with a CcbError that holds git's own words. */
export interface Repository {
  directory: string;
  /** Makes the repository unless there is one. */
  initialize(): Promise<void>;
  /** False before `initialize`. */
  exists(): Promise<boolean>;
  /** Makes the index anew from HEAD when git cannot read it; true when it had to. */
  resetIndexIfDamaged(): Promise<boolean>;
  /** What `git fsck` finds missing or broken; an empty list means sound. Reads every object. */
  findDamage(): Promise<string[]>;
  /** Hash of HEAD, or undefined before the first commit. */
  head(): Promise<string | undefined>;
  /** The branch HEAD is on ("refs/heads/main"); undefined where it is detached. */
  branch(): string | undefined;
  /** Puts HEAD back on a branch without touching a file; nothing where it is there. */
  returnTo(branch: string): Promise<void>;
  /** The last commit that CCB made for a build, below whatever a session may have committed by itself. */
  lastCommitOf(build: string): Promise<string | undefined>;
  /** The commits of tasks in the history of HEAD, newest first, by their trailers; one call of git. */
  listTaskCommits(): Promise<TaskCommit[]>;
  /** The message of a task's commit, and the hash of its inputs in it. */
  readTaskCommit(commit: string): Promise<{ message: string; inputs: string | undefined }>;
  /** One hash for everything that is built (no artifacts, documents or instructions): equal exactly where the same code stands. */
  sourceTree(commit: string): Promise<string>;
  /** Text of a file in HEAD; undefined where it is not there. */
  readAtHead(path: string): Promise<string | undefined>;
  isClean(): Promise<boolean>;
  /**
   * One commit of everything that changed since `base`, whatever was committed in between by others (a session's own commits are folded into it; their
   * subjects are kept in the body). Returns its hash.
   */
  commitSince(base: string | undefined, message: CommitMessage, options?: CommitOptions): Promise<string>;
  /** Commits what changed under these paths, relative to the directory, and nothing else; nothing when nothing did. */
  commitPaths(paths: readonly string[], message: CommitMessage): Promise<void>;
  /** The commits of HEAD that `base` does not have, newest first. */
  commitsSince(base: string): Promise<{ commit: string; message: string }[]>;
  /** Makes a commit HEAD again without touching a file: what was committed since is uncommitted. */
  takeBackCommits(base: string): Promise<void>;
  /** Files that differ from a commit in the working tree, new ones included; artifacts/ is not looked at. */
  listChanges(from: string): Promise<ChangedFile[]>;
  changedFiles(from: string, to: string): Promise<ChangedFile[]>;
  listFiles(): Promise<string[]>;
  /**
   * Puts the working tree back to `commit`. What was there is kept reachable under `refs/ccb/set-aside/<name>`; returns that ref, or undefined when there was nothing to
   * keep. What CCB itself wrote under artifacts/ is not looked at.
   */
  setAside(commit: string, name: string): Promise<string | undefined>;
}

/** A commit that CCB made for a task. */
export interface TaskCommit {
  commit: string;
  task: string;
  /** What the task was made from, as a hash; undefined for commits of versions that did not write it. */
  inputs: string | undefined;
}

export interface CommitMessage {
  subject: string;
  body?: string;
  /** Trailers in order: `["CCB-Task", "api"]`. */
  trailers: [key: string, value: string][];
}

export interface CommitOptions {
  /** A folder that is not committed. */
  leaveOut?: string;
  /** A ref that keeps the commit reachable. */
  keepAs?: string;
}

/** Opens the git repository of a project directory; nothing is run before the first method. */
export function openRepository(options: { directory: string; environment: Record<string, string> }): Repository {
  const { directory } = options;
  const git = (args: string[]) => runGit({ args, directory, environment: options.environment });
  const text = async (args: string[]) => (await git(args)).trim();
  /** What this process committed last; saves a search of the history before each task. */
  let latest: { commit: string; trailers: CommitMessage["trailers"] } | undefined;
  const head = async () =>
    readHead(directory) ?? ((await text(["rev-parse", "--quiet", "--verify", "HEAD"]).catch(() => "")) || undefined);
  return {
    directory,
    head,
    exists: async () => existsSync(join(directory, ".git")),
    resetIndexIfDamaged: () => resetIndexIfDamaged(options),
    findDamage: () => findDamage(options),
    async initialize() {
      await runGitScript({ ...options, script: initializeScript, args: [] });
      await excludeOwnFiles(directory);
    },
    branch: () => readBranch(directory),
    async returnTo(branch) {
      if (readBranch(directory) !== branch) await git(["symbolic-ref", "HEAD", branch]);
    },
    async lastCommitOf(build) {
      const isOurs = latest?.trailers.some(([key, value]) => key === "CCB-Build" && value === build);
      if (latest && isOurs && latest.commit === (await head())) return latest.commit;
      return (await text(["log", "-1", "--format=%H", `--grep=^CCB-Build: ${build}$`])) || undefined;
    },
    ...openHistory({ git, head }),
    readAtHead: async (path) => git(["show", `HEAD:${path}`]).catch(() => undefined),
    isClean: async () => (await text(["status", "--porcelain", "--untracked-files=all"])) === "",
    async commitSince(base, message, { leaveOut = "", keepAs = "" } = {}) {
      const moved = base !== undefined && (await head()) !== base ? base : undefined;
      const folded = moved ? await text(["log", "--format=- %s", `${moved}..HEAD`]) : "";
      const input = renderMessage(message, folded);
      await runGitScript({ ...options, script: commitScript, args: [moved ?? "", leaveOut, keepAs], input });
      const commit = (await head()) as string;
      latest = { commit, trailers: message.trailers };
      return commit;
    },
    async commitPaths(paths, message) {
      const present = paths.filter((path) => existsSync(join(directory, path)));
      if (present.length === 0) return;
      const before = await head();
      const input = renderMessage(message, "");
      await runGitScript({ ...options, script: commitPathsScript, args: present, input });
      const commit = await head();
      if (commit !== undefined && commit !== before) latest = { commit, trailers: message.trailers };
    },
    async takeBackCommits(base) {
      if ((await head()) !== base) await git(["reset", "--quiet", "--soft", base]);
    },
    listChanges: (from) => listChanges(git, from),
    async changedFiles(from, to) {
      return parseNameStatus(await git(["diff", "--name-status", "--no-renames", "-z", from, to]));
    },
    async listFiles() {
      return (await git(["ls-files", "-z"])).split("\0").filter((path) => path !== "");
    },
    async setAside(commit, name) {
      if (await standsAt(git, commit)) return undefined;
      await git(["add", "--all", ...exceptArtifacts]);
      const tree = await text(["write-tree"]);
      const kept = tree === (await text(["rev-parse", `${commit}^{tree}`])) ? undefined : `refs/ccb/set-aside/${name}`;
      if (kept) {
        const hash = await text(["commit-tree", tree, "-p", "HEAD", "-m", `Set aside: ${name}`]);
        await git(["update-ref", kept, hash]);
      }
      await git(["reset", "--quiet", "--hard", commit]);
      return kept;
    },
  };
}

const initializeScript = `
if [ ! -e .git/HEAD ]; then git init --quiet --initial-branch=main; fi
if ! git config user.email >/dev/null; then
  git config user.name "Claude Code Builder"
  git config user.email ccb@localhost
fi
`;

const commitPathsScript = `
git add --all -- "$@"
if ! git diff --cached --quiet -- "$@"; then git commit --quiet --no-verify -F - -- "$@"; fi
`;

/**
 * A session's own commits are undone first, also where it went back in history: what was merged before it stays below its work. What it staged or committed of the folder that is left
 * out is still in the index then.
 */
const commitScript = `
if [ -n "$1" ]; then git reset --quiet --soft "$1"; fi
if [ -n "$2" ]; then
  git reset --quiet -- "$2"
  git add --all -- . ":!$2"
else
  git add --all -- .
fi
git commit --quiet --allow-empty --no-verify -F -
if [ -n "$3" ]; then git update-ref "$3" HEAD; fi
`;

/** Whether HEAD is `commit` and the working tree holds nothing else, artifacts/ not looked at. One call of git; setting aside takes five. */
async function standsAt(git: (args: string[]) => Promise<string>, commit: string): Promise<boolean> {
  const [first, ...others] = (await git([...statusArgs, ...exceptArtifacts])).split("\n").filter((line) => line !== "");
  return first === `# branch.oid ${commit}` && others.every((line) => line.startsWith("# "));
}

/** CCB's own folders stay out of the repository whatever becomes of the project's .gitignore. */
async function excludeOwnFiles(directory: string): Promise<void> {
  const path = join(directory, ".git", "info", "exclude");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${["/logs/", "/.checkpoints/", "/.memory/", "*.[0-9]*.tmp"].join("\n")}\n`);
}

export function renderMessage(message: CommitMessage, folded: string): string {
  const parts = [
    message.subject,
    message.body ?? "",
    folded ? `Commits of the session folded into this one:\n${folded}` : "",
  ];
  const trailers = message.trailers.map(([key, value]) => `${key}: ${value.replaceAll(/\s+/g, " ")}`).join("\n");
  return [...parts, trailers].filter((part) => part.trim() !== "").join("\n\n");
}
