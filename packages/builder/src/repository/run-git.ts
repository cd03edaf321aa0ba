import { spawn } from "node:child_process";
import { CcbError } from "@ccb/core";

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

export interface GitCall {
  args: string[];
  directory: string;
  environment: Record<string, string>;
  /** What it reads on standard input; nothing when omitted. */
  input?: string;
  /** Exit codes that are an answer and no failure; 0 when omitted. */
  answers?: readonly number[];
}

/** Runs git in a directory and resolves with what it printed; rejects with a CcbError that holds git's own words. */
export async function runGit(call: GitCall): Promise<string> {
  return (await runGitForAnswer(call)).stdout;
}

/** The same, with the exit code and what it said on standard error. */
export function runGitForAnswer(call: GitCall): Promise<{ stdout: string; stderr: string; code: number }> {
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
      stdio: ["pipe", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    // It may end before it has read all; then its exit code says why.
    child.stdin.on("error", () => undefined).end(call.input);
    child.on("error", (cause) => reject(gitError(call.args, `git could not be started: ${cause.message}`, cause)));
    child.on("close", (code) => {
      const stderr = Buffer.concat(err).toString("utf8").trim();
      if (code === null || !(call.answers ?? [0]).includes(code))
        return reject(gitError(call.args, `it ended with ${code}: ${stderr}`));
      resolve({ stdout: Buffer.concat(out).toString("utf8"), stderr, code });
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
