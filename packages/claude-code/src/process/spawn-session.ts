import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface SpawnSessionOptions {
  command: string;
  args: string[];
  cwd: string | undefined;
  env: Record<string, string>;
  /** Path of a `setpriv` that knows `--pdeathsig`; undefined starts the command directly. */
  setpriv: string | undefined;
  /** `bwrap` and its arguments up to and with the command; undefined starts it unconfined. */
  confined: { command: string; args: string[] } | undefined;
}

/**
 * Starts Claude Code as the leader of its own session and process group, so that the whole group can be signalled and a Ctrl-C at the terminal reaches
 * us alone. Through `setpriv --pdeathsig KILL` (bubblewrap does it by itself) the kernel kills it the moment its parent dies.
 */
export function spawnSession(options: SpawnSessionOptions): ChildProcessWithoutNullStreams {
  const { command, args } = options.confined ?? withParentDeath(options);
  return spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

function withParentDeath({ setpriv, command, args }: SpawnSessionOptions): { command: string; args: string[] } {
  if (setpriv === undefined) return { command, args };
  return { command: setpriv, args: ["--pdeathsig", "KILL", command, ...args] };
}

/** The `setpriv` (util-linux) on this PATH that can set a parent-death signal, or undefined (not Linux, not installed, BusyBox's). */
export function findSetpriv(searchPath: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, "setpriv");
    if (!folder.startsWith("/") || !isExecutable(path)) continue;
    const trial = spawnSync(path, ["--pdeathsig", "KILL", path, "--version"], { stdio: "ignore", timeout: 5000 });
    return trial.status === 0 ? path : undefined;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
