import { setTimeout as sleep } from "node:timers/promises";
import { startProcessGroup } from "../process/_start-process-group.ts";
import type { Launcher } from "../process/launcher.ts";
import type { SandboxCommand, SandboxFinding, SandboxPlaces, SandboxRun } from "./sandbox.ts";

const defaultTimeoutMs = 120_000;
const graceMs = 2_000;
const stdoutBytes = 4 * 1024 * 1024;

export interface SandboxRunner {
  places: SandboxPlaces;
  launcher: Launcher;
  /** What the limits had to stop since the command with this mark began. */
  findLimits(mark: string): Promise<SandboxFinding[]>;
}

/** Runs one command and reports how it ended and what it was kept from. */
export async function runInSandbox(runner: SandboxRunner, request: SandboxCommand): Promise<SandboxRun> {
  const { places, launcher } = runner;
  const { command, cwd = places.directory, env, timeoutMs = defaultTimeoutMs, signal } = request;
  signal?.throwIfAborted();
  const startedMs = performance.now();
  const home = { HOME: `${places.state}/home`, ...env };
  const group = await startProcessGroup({ command, cwd, env: home, launcher, stdoutBytes });
  const timer = new AbortController();
  const stopped = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
  const timedOut = sleep(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined); // ended in time
  await Promise.race([group.exited, timedOut, stopped]);
  timer.abort();
  const exit = group.exit();
  const { killed } = await group.end(graceMs);
  const limits = await runner.findLimits(group.mark);
  signal?.throwIfAborted();
  const output = group.output.text();
  return {
    outcome: exit ? "ended" : "timed-out",
    exitCode: exit?.code,
    stdout: group.stdout.text(),
    output,
    findings: [...limits, ...(killed ? [stubborn(exit !== undefined)] : []), ...readRefusals(output, places)],
    durationMs: Math.round(performance.now() - startedMs),
  };
}

function stubborn(hasEnded: boolean): SandboxFinding {
  const who = hasEnded ? "What the command left running" : "The command";
  return { hazard: "stubborn", message: `${who} ignored SIGTERM and was killed.` };
}

/** What a program says when the system refuses it the network or a place to write. */
function readRefusals(output: string, { network }: SandboxPlaces): SandboxFinding[] {
  const findings: SandboxFinding[] = [];
  const offline =
    /ENETUNREACH|EAI_AGAIN|Network is unreachable|Temporary failure in name resolution|Could not resolve host|getaddrinfo/.exec(
      output,
    );
  if (!network && offline) {
    findings.push({ hazard: "network", message: `The network is off; the program was told: ${offline[0]}.` });
  }
  const refused = /EROFS|Read-only file system|EACCES|Permission denied|PermissionError/.exec(output);
  if (refused) findings.push({ hazard: "write", message: `A write was refused; the program was told: ${refused[0]}.` });
  return findings;
}
