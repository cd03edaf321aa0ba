import { isAbsolute } from "node:path";
import { CcbError, type Clock, type Executor, systemClock } from "@ccb/core";
import type { Confinement } from "./confinement/plan-confinement.ts";
import { findSetpriv } from "./process/spawn-session.ts";
import { defaultAllowedCommands, defaultBuiltinTools, defaultRefusedTools } from "./session/render-session-options.ts";
import { runSession, type SessionSettings } from "./session/run-session.ts";

export interface ClaudeCodeExecutorOptions {
  /** Environment of the sessions (PATH, LANG, git's author, …), given as data. Credentials and settings of other clients are left out of it. */
  environment: Record<string, string>;
  /** HOME of the sessions, their configuration and transcripts under `.claude/`; an absolute path, made when missing. */
  homeDirectory: string;
  /** Another Claude Code binary than the Agent SDK's own. */
  executablePath?: string;
  clock?: Clock;
  /** Claude Code's own tools; by default files, Bash, search and its task list. */
  builtinTools?: readonly string[];
  /** Bash rules as in Claude Code ("npm *", "git status"); every command by default. */
  allowedCommands?: readonly string[];
  /** Tools that are taken away whatever server brings them; by default the git server's that lose work or reach the network. */
  refusedTools?: readonly string[];
  /** Runs each session, with all it starts, in bubblewrap; see `detectBubblewrap`. Without it, commands may write whatever the user may. */
  confinement?: Confinement | undefined;
}

/**
 * An executor that runs each task in a fresh session of the real Claude Code.
 *
 * No process outlives its session, and none outlives this process on Linux. Rejects with a CcbError: `bad-input` for a home or working directory that is not usable,
 * `task-failed` when the binary cannot be started, `unexpected` when a callback of the request throws.
 */
export function createClaudeCodeExecutor(options: ClaudeCodeExecutorOptions): Executor {
  if (!isAbsolute(options.homeDirectory)) {
    throw new CcbError({
      code: "bad-input",
      message: `The home directory of sessions has to be an absolute path, received "${options.homeDirectory}".`,
    });
  }
  const settings: SessionSettings = {
    environment: { ...options.environment },
    homeDirectory: options.homeDirectory,
    executablePath: options.executablePath,
    clock: options.clock ?? systemClock,
    builtinTools: options.builtinTools ?? defaultBuiltinTools,
    allowedCommands: options.allowedCommands ?? defaultAllowedCommands,
    refusedTools: options.refusedTools ?? defaultRefusedTools,
    setpriv: options.confinement ? undefined : findSetpriv(options.environment.PATH ?? ""),
    confinement: options.confinement,
  };
  return { runTask: (request) => runSession(settings, request) };
}
