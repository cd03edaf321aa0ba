import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CcbError } from "@ccb/core";
import { cleanEnvironment } from "./_clean-environment.ts";
import { listProcesses, type ProcessFamily, readProcessName } from "./_list-processes.ts";
import { createOutputTail, evidenceOutputBytes, type OutputTail } from "./_output-tail.ts";
import type { Launch, Launcher } from "./launcher.ts";

export interface ProcessGroupOptions {
  /** Given to the shell. */
  command: string;
  cwd: string;
  env?: Readonly<Record<string, string>> | undefined;
  /** A temporary folder of the command, removed when the group has ended. */
  folder?: string | undefined;
  /** Where the command runs; default: directly on this machine. */
  launcher?: Launcher | undefined;
  /** How much of stdout alone is kept, in bytes; default 16 KiB. */
  stdoutBytes?: number;
}

/** How the shell ended; a signal counts as 128 + its number, as shells say it. */
export interface ProcessExit {
  code: number;
  signal: NodeJS.Signals | undefined;
}

/** A shell command with everything it starts. */
export interface ProcessGroup {
  pid: number;
  /** The environment entry that all processes of the command have. */
  mark: string;
  /** stdout and stderr as they came. */
  output: OutputTail;
  stdout: OutputTail;
  /** Undefined while the shell runs. */
  exit(): ProcessExit | undefined;
  /** Resolves when the shell has ended; what it started may live on. */
  exited: Promise<ProcessExit>;
  /** True while any process of the group lives. */
  isAlive(): boolean;
  /** SIGTERM to all, after `graceMs` SIGKILL; resolves when none lives and the output is complete. Says whether SIGKILL was needed. */
  end(graceMs: number): Promise<{ killed: boolean }>;
}

const longestPollMs = 60;
const killWaitMs = 3_000;

/**
 * Runs a command through the shell in a process group of its own, with a clean environment and a closed stdin. Should this process exit first, the group
 * is killed with it, its folder removed. Rejects with a CcbError (`io-failed`) when the shell cannot be started.
 */
export async function startProcessGroup(options: ProcessGroupOptions): Promise<ProcessGroup> {
  const mark = `CCB_PROCESS_FAMILY=${randomUUID()}`;
  const { file, args, env } = await planLaunch(options, mark);
  const child = spawn(file, args, { cwd: options.cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = createOutputTail(evidenceOutputBytes);
  const stdout = createOutputTail(options.stdoutBytes ?? evidenceOutputBytes);
  child.stdout?.on("data", (chunk: Buffer) => {
    output.add(chunk);
    stdout.add(chunk);
  });
  child.stderr?.on("data", (chunk: Buffer) => output.add(chunk));
  let exit: ProcessExit | undefined;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => {
      exit = { code: code ?? 128 + (signal ? constants.signals[signal] : 0), signal: signal ?? undefined };
      resolve(exit);
    });
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const pid = await waitForPid(child, options);
  const { launcher } = options;
  const family: Family = { group: pid, mark, launcher };
  liveFamilies.set(family, options.folder);
  if (liveFamilies.size === 1) process.on("exit", killLiveFamilies);

  let ending: Promise<{ killed: boolean }> | undefined;
  const end = async (graceMs: number) => {
    const killed = await endFamily(family, { graceMs, exited });
    liveFamilies.delete(family);
    if (liveFamilies.size === 0) process.off("exit", killLiveFamilies);
    await Promise.race([closed, sleep(1_000, undefined, { ref: false })]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (options.folder) await rm(options.folder, { recursive: true, force: true, maxRetries: 3 });
    await launcher?.onEnd?.(mark);
    return { killed };
  };
  return {
    pid,
    mark,
    output,
    stdout,
    exit: () => exit,
    exited,
    isAlive: () => isAlive(family),
    end: (graceMs) => {
      ending ??= end(graceMs);
      return ending;
    },
  };
}

/** The shell on this machine, or what the launcher starts in its place. */
async function planLaunch({ command, cwd, env, launcher }: ProcessGroupOptions, mark: string): Promise<Launch> {
  const [markName = "", markValue = ""] = mark.split("=");
  const whole = { ...cleanEnvironment(env), [markName]: markValue };
  if (launcher) return launcher.plan({ command, cwd, env: whole, mark });
  return { file: "/bin/sh", args: ["-c", command], env: whole };
}

/** A family, and where it runs. */
type Family = ProcessFamily & { launcher: Launcher | undefined };

function waitForPid(child: ChildProcess, { command, cwd }: ProcessGroupOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(child.pid ?? 0));
    child.once("error", (cause) => {
      const message = `The command ${JSON.stringify(command)} could not be started in ${cwd}: ${cause.message}.`;
      reject(new CcbError({ code: "io-failed", message, hint: "Check that the folder exists.", cause }));
    });
  });
}

const liveFamilies = new Map<ProcessFamily, string | undefined>();

function killLiveFamilies(): void {
  for (const [family, folder] of liveFamilies) {
    signalFamily(family, "SIGKILL");
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function endFamily(
  family: Family,
  { graceMs, exited }: { graceMs: number; exited: Promise<unknown> },
): Promise<boolean> {
  const inside = family.launcher?.signalInside;
  if (!isAlive(family)) return inside ? (await inside(family.mark, "SIGKILL")) > 0 : false;
  if (inside) await inside(family.mark, "SIGTERM");
  else signalFamily(family, "SIGTERM");
  const graceEnds = performance.now() + graceMs;
  await Promise.race([exited, sleep(graceMs, undefined, { ref: false })]);
  const isGone = await waitUntilGone(family, graceEnds);
  const left = inside ? await inside(family.mark, "SIGKILL") : 0;
  if (isGone) return left > 0;
  const killEnds = performance.now() + killWaitMs;
  do signalFamily(family, "SIGKILL");
  while (!(await waitUntilGone(family, Math.min(killEnds, performance.now() + 100))) && performance.now() < killEnds);
  return true;
}

async function waitUntilGone(family: ProcessFamily, until: number): Promise<boolean> {
  for (let pollMs = 10; isAlive(family); pollMs = Math.min(longestPollMs, pollMs * 2)) {
    if (performance.now() >= until) return false;
    await sleep(pollMs);
  }
  return true;
}

function isAlive(family: ProcessFamily): boolean {
  const pids = listProcesses(family);
  return pids ? pids.length > 0 : trySignal(-family.group, 0);
}

function signalFamily(family: ProcessFamily & Partial<Family>, signal: NodeJS.Signals): void {
  const pids = listProcesses(family);
  if (!pids) return void trySignal(-family.group, signal);
  const keepers = signal === "SIGKILL" ? [] : (family.launcher?.keepers ?? []);
  for (const pid of pids) if (keepers.length === 0 || !keepers.includes(readProcessName(pid))) trySignal(pid, signal);
}

/** False when there is no such process any more. */
function trySignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
