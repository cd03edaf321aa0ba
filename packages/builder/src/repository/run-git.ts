import { CcbError } from "@ccb/core";
import { quote, runInShell } from "./_run-in-shell.ts";

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
  return run({
    ...call,
    script: ["exec", "git", ...configuration, ...call.args].map(quote).join(" "),
    what: call.args,
  });
}

export interface GitScript extends Pick<GitCall, "directory" | "environment" | "input"> {
  /** Lines of shell in which `git` is git with the settings of every call; the first that fails ends it. */
  script: string;
  /** `$1`, `$2` and so on in the script. */
  args: string[];
}

/**
 * Runs several git commands in a row and resolves with what they printed. Each is begun only while this process lives, so that a kill leaves no more than the command under way.
 * Rejects as {@link runGit} does.
 */
export async function runGitScript({ script, args, ...call }: GitScript): Promise<string> {
  const lines = [preamble, ["set", "--", ...args].map(quote).join(" "), script].join("\n");
  return (await run({ ...call, script: lines, what: script.trim().split(/\s+/).slice(1) })).stdout;
}

const configuration = settings.flatMap((setting) => ["-c", setting]);
const preamble = `set -e\ngit() { kill -0 "$PPID" && command git ${configuration.join(" ")} "$@"; }`;

async function run(call: Omit<GitCall, "args"> & { script: string; what: string[] }) {
  const { script, directory, input, answers = [0], what } = call;
  const environment = {
    ...call.environment,
    GIT_TERMINAL_PROMPT: "0",
    GIT_CEILING_DIRECTORIES: parentOf(directory),
    LC_ALL: "C",
  };
  const ended = await runInShell({ script, directory, environment, ...(input === undefined ? {} : { input }) }).catch(
    (cause: Error) => {
      throw gitError(what, `it could not be run: ${cause.message}`, cause);
    },
  );
  const { code } = ended;
  const [stdout, stderr] = [ended.stdout.toString("utf8"), ended.stderr.toString("utf8").trim()];
  if (!answers.includes(code)) throw gitError(what, `it ended with ${code}: ${stderr}`);
  return { stdout, stderr, code };
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
