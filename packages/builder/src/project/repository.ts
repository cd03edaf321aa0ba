import { spawn } from "node:child_process";
import { CcbError } from "@ccb/core";

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
  /** Hash of HEAD, or undefined before the first commit. */
  head(): Promise<string | undefined>;
  /** The last commit that CCB made for a build, below whatever a session may have committed by itself. */
  lastCommitOf(build: string): Promise<string | undefined>;
  /** True where the commit is HEAD or an ancestor of it. */
  isInHistory(hash: string): Promise<boolean>;
  isClean(): Promise<boolean>;
  /**
   * One commit of everything that changed since `base`, whatever was committed in between by others (a session's own commits are folded into it; their
   * subjects are kept in the body). `leaveOut` names a folder that is not committed. Returns its hash.
   */
  commitSince(base: string | undefined, message: CommitMessage, leaveOut?: string): Promise<string>;
  /** Commits what changed under one path; nothing when nothing did. */
  commitPath(path: string, message: CommitMessage): Promise<void>;
  changedFiles(from: string, to: string): Promise<ChangedFile[]>;
  listFiles(): Promise<string[]>;
  /**
   * Puts the working tree back to `commit`. What was there is kept reachable under `refs/ccb/set-aside/<name>`; returns that ref, or undefined when there was nothing to
   * keep. What CCB itself wrote under artifacts/ is not looked at.
   */
  setAside(commit: string, name: string): Promise<string | undefined>;
}

export interface CommitMessage {
  subject: string;
  body?: string;
  /** Trailers in order: `["CCB-Task", "api"]`. */
  trailers: [key: string, value: string][];
}

/**
 * Settings of every git call: durable writes (without `core.fsync=all` a power cut left 36 of 40 repositories unusable, see docs/decisions/0005), no hooks of the generated
 * project, no signing, no pager.
 */
const settings = [
  "core.fsync=all",
  "core.hooksPath=/dev/null",
  "commit.gpgsign=false",
  "core.pager=cat",
  "gc.auto=0",
  "advice.detachedHead=false",
];

/** Opens the git repository of a project directory; nothing is run before the first method. */
export function openRepository(options: { directory: string; environment: Record<string, string> }): Repository {
  const { directory } = options;
  const git = (args: string[]) => runGit({ args, directory, environment: options.environment });
  const text = async (args: string[]) => (await git(args)).trim();
  const head = async () => (await text(["rev-parse", "--quiet", "--verify", "HEAD"]).catch(() => "")) || undefined;
  return {
    directory,
    head,
    async initialize() {
      await git(["init", "--quiet", "--initial-branch=main"]);
      await ensureIdentity(git);
    },
    async lastCommitOf(build) {
      return (await text(["log", "-1", "--format=%H", `--grep=^CCB-Build: ${build}$`])) || undefined;
    },
    isInHistory: (hash) =>
      git(["merge-base", "--is-ancestor", hash, "HEAD"]).then(
        () => true,
        () => false,
      ),
    isClean: async () => (await text(["status", "--porcelain", "--untracked-files=all"])) === "",
    async commitSince(base, message, leaveOut) {
      const folded = base && (await head()) !== base ? await text(["log", "--format=- %s", `${base}..HEAD`]) : "";
      if (folded) await git(["reset", "--quiet", "--soft", base as string]);
      await git(["add", "--all", "--", ".", ...(leaveOut ? [`:!${leaveOut}`] : [])]);
      await git(["commit", "--quiet", "--allow-empty", "--no-verify", "-m", renderMessage(message, folded)]);
      return text(["rev-parse", "HEAD"]);
    },
    async commitPath(path, message) {
      await git(["add", "--all", "--", path]);
      if ((await text(["diff", "--cached", "--name-only", "--", path])) === "") return;
      await git(["commit", "--quiet", "--no-verify", "-m", renderMessage(message, ""), "--", path]);
    },
    async changedFiles(from, to) {
      return parseNameStatus(await git(["diff", "--name-status", "--no-renames", "-z", from, to]));
    },
    async listFiles() {
      return (await git(["ls-files", "-z"])).split("\0").filter((path) => path !== "");
    },
    async setAside(commit, name) {
      await git(["add", "--all", "--", ".", ":!artifacts"]);
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

async function ensureIdentity(git: (args: string[]) => Promise<string>): Promise<void> {
  const known = await git(["config", "user.email"]).catch(() => "");
  if (known.trim() !== "") return;
  await git(["config", "user.name", "Claude Code Builder"]);
  await git(["config", "user.email", "ccb@localhost"]);
}

function renderMessage(message: CommitMessage, folded: string): string {
  const parts = [
    message.subject,
    message.body ?? "",
    folded ? `Commits of the session folded into this one:\n${folded}` : "",
  ];
  const trailers = message.trailers.map(([key, value]) => `${key}: ${value.replaceAll(/\s+/g, " ")}`).join("\n");
  return [...parts, trailers].filter((part) => part.trim() !== "").join("\n\n");
}

function parseNameStatus(output: string): ChangedFile[] {
  const fields = output.split("\0").filter((field) => field !== "");
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const letter = fields[at] ?? "";
    const change = letter.startsWith("A") ? "added" : letter.startsWith("D") ? "deleted" : "modified";
    files.push({ path: fields[at + 1] ?? "", change });
  }
  return files;
}

function runGit(call: { args: string[]; directory: string; environment: Record<string, string> }): Promise<string> {
  const args = [...settings.flatMap((setting) => ["-c", setting]), ...call.args];
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      cwd: call.directory,
      env: {
        ...call.environment,
        GIT_TERMINAL_PROMPT: "0",
        GIT_CEILING_DIRECTORIES: parentOf(call.directory),
        LC_ALL: "C",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (cause) => reject(gitError(call.args, `git could not be started: ${cause.message}`, cause)));
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
      else reject(gitError(call.args, `it ended with ${code}: ${Buffer.concat(err).toString("utf8").trim()}`));
    });
  });
}

function gitError(args: string[], what: string, cause?: unknown): CcbError {
  return new CcbError({
    code: "io-failed",
    message: `\`git ${args.slice(0, 3).join(" ")}\` in the project directory failed; ${what}`,
    hint: "Check that git is installed and that the project directory can be written, then run the same command again: finished work is kept.",
    cause,
  });
}

function parentOf(directory: string): string {
  return directory.replace(/[/\\][^/\\]*[/\\]?$/, "") || "/";
}
