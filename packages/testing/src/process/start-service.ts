import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CcbError, type ServiceUnderTest } from "@ccb/core";
import { isPortOfEarlierProgram } from "./_port-owner.ts";
import { findFreePort, isPortFree } from "./_ports.ts";
import { sendRequest } from "./_send-request.ts";
import { type ProcessGroup, startProcessGroup } from "./_start-process-group.ts";
import type { Launcher, OpenedPort } from "./launcher.ts";

export interface StartServiceOptions {
  service: ServiceUnderTest;
  /** The folder in which the command runs. */
  cwd: string;
  /** Added to PATH, HOME and LANG; the service's own `env` and PORT win. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Stops the service, also after it has been started. */
  signal?: AbortSignal | undefined;
  /** Where the service runs; default: directly on this machine. */
  launcher?: Launcher | undefined;
  /** Milliseconds between SIGTERM and SIGKILL; default 5000. */
  stopGraceMs?: number | undefined;
}

/** A service that answers. */
export interface RunningService {
  /** For example `http://127.0.0.1:40123`. */
  url: string;
  host: string;
  port: number;
  /** The folder in place of `{{tmp}}`; undefined where no value of the service's `env` has it. */
  folder: string | undefined;
  /** A shell command changed so that it reaches the service at `url` when it runs by the same launcher. */
  reach(command: string): string;
  /** The last 16 KiB of stdout and stderr. */
  output(): string;
  /** How the command ended ("ended with exit code 1"); undefined while it runs. */
  ending(): string | undefined;
  /** SIGTERM to the whole group, SIGKILL after the grace time, temporary folders removed. May be called again. */
  stop(): Promise<ServiceStop>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ServiceStop {
  /** SIGTERM was not enough. */
  killed: boolean;
  /** The port can be taken again. */
  portFree: boolean;
}

const defaultReadyTimeoutMs = 30_000;
const defaultStopGraceMs = 5_000;
const pollMs = 20;
const maxStarts = 3;

/**
 * Starts a service through the shell in a process group of its own, with `PORT` set to a free port, and waits until `readyPath` is answered with a status
 * below 500. `{{tmp}}` in a value of its `env` becomes a fresh, empty folder that `stop` removes.
 *
 * Rejects with a CcbError (`io-failed`; `details.output` is what it printed) when the service ends or stays silent, with the signal's reason when aborted; in
 * both cases nothing of it is left running.
 */
export async function startService(options: StartServiceOptions): Promise<RunningService> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Between allotting the port and the service's own listen, another program may have taken it.
      if (attempt >= maxStarts || !CcbError.isInstance(error) || error.details.portTaken !== true) throw error;
    }
  }
}

async function startOnce(options: StartServiceOptions): Promise<RunningService> {
  const { service, signal } = options;
  signal?.throwIfAborted();
  const port = await findFreePort();
  const { folder, serviceEnv } = await prepareEnv(service.env ?? {}, options.launcher?.folder);
  const env = { ...options.env, ...serviceEnv, PORT: String(port) };
  const { launcher, cwd } = options;
  let group: ProcessGroup;
  let opened: OpenedPort | undefined;
  try {
    opened = await launcher?.openPort?.(port);
    const command = `${opened?.prepare ?? ""}${service.command}`;
    group = await startProcessGroup({ command, cwd, env, folder, launcher });
  } catch (error) {
    await opened?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const end = async () => {
    const ended = await group.end(options.stopGraceMs ?? defaultStopGraceMs);
    await opened?.close();
    return ended;
  };
  const onAbort = () => void end().catch(() => undefined); // the caller's own stop() reports the failure
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const ready = await waitUntilReady(options, group, port);
    if ("problem" in ready) {
      await end(); // then its output is complete
      throw failedStart(service, group, { port, ...ready });
    }
    const { host } = ready;
    const stop = async () => {
      const { killed } = await end();
      signal?.removeEventListener("abort", onAbort);
      return { killed, portFree: await isPortFree(host, port) };
    };
    return {
      url: `http://${host === "::1" ? "[::1]" : host}:${port}`,
      host,
      port,
      folder,
      reach: (command) => opened?.reach(command) ?? command,
      output: () => group.output.text(),
      ending: () => describeEnding(group),
      stop,
      [Symbol.asyncDispose]: async () => void (await stop()),
    };
  } catch (error) {
    await end();
    signal?.removeEventListener("abort", onAbort);
    throw error;
  }
}

type Readiness = { host: string } | { problem: string; portTaken?: boolean };

async function waitUntilReady(options: StartServiceOptions, group: ProcessGroup, port: number): Promise<Readiness> {
  const { service, signal } = options;
  const timeoutMs = service.readyTimeoutMs ?? defaultReadyTimeoutMs;
  const deadline = performance.now() + timeoutMs;
  let seen = "no answer";
  for (;;) {
    signal?.throwIfAborted();
    const ending = describeEnding(group);
    if (ending) return { problem: `it ${ending} before it was ready` };
    const left = deadline - performance.now();
    if (left <= 0) {
      const problem = `${service.readyPath} on port ${port} was not ready within ${timeoutMs} ms (${seen})`;
      return { problem: `${problem}; the service must listen on the port in PORT` };
    }
    const timeLimit = Math.ceil(Math.min(left, 2_000));
    const probed = await probe((host) =>
      sendRequest({ host, port, method: "GET", path: service.readyPath, timeoutMs: timeLimit, signal }),
    );
    if ("host" in probed) {
      if (options.launcher?.openPort || !isPortOfEarlierProgram(port, group.pid)) return probed;
      return { problem: `another program answers on port ${port}`, portTaken: true };
    }
    seen = probed.seen;
    await (group.exit() ? sleep(pollMs) : Promise.race([sleep(pollMs), group.exited]));
  }
}

/** Which loopback the service answers at; a service that binds "localhost" may listen on the IPv6 one alone. */
async function probe(
  get: (host: string) => ReturnType<typeof sendRequest>,
): Promise<{ host: string } | { seen: string }> {
  const first = await get("127.0.0.1");
  if ("status" in first) {
    return first.status < 500 ? { host: "127.0.0.1" } : { seen: `last answer: status ${first.status}` };
  }
  const second = await get("::1");
  if ("failure" in second) return { seen: `last try: ${first.failure}` };
  if (second.status >= 500) return { seen: `last answer: status ${second.status}` };
  // One that listens on both may have begun between the two tries.
  const again = await get("127.0.0.1");
  return { host: "status" in again ? "127.0.0.1" : "::1" };
}

/** A shell that ended well may have left the service running in its group; one that failed has failed. */
function describeEnding(group: ProcessGroup): string | undefined {
  const exit = group.exit();
  if (!exit || (exit.code === 0 && group.isAlive())) return undefined;
  return exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
}

function failedStart(
  service: ServiceUnderTest,
  group: ProcessGroup,
  { port, problem, portTaken = false }: { port: number; problem: string; portTaken?: boolean },
): CcbError {
  const output = group.output.text();
  const isTaken = portTaken || (/EADDRINUSE|address already in use/i.test(output) && output.includes(String(port)));
  const last = output.trim().split("\n").slice(-5).join(" | ").slice(-500);
  return new CcbError({
    code: "io-failed",
    message: `The service ${JSON.stringify(service.command)} did not start: ${problem}.${last ? ` Its last output: ${last}` : " It printed nothing."}`,
    details: { output, port, portTaken: isTaken },
  });
}

/** A fresh folder in place of `{{tmp}}`, where an entry has it. */
async function prepareEnv(env: Readonly<Record<string, string>>, parent = tmpdir()) {
  const entries = Object.entries(env);
  if (!entries.some(([, value]) => value.includes("{{tmp}}"))) return { folder: undefined, serviceEnv: env };
  const folder = await mkdtemp(join(parent, "ccb-service-"));
  return {
    folder,
    serviceEnv: Object.fromEntries(entries.map(([name, value]) => [name, value.replaceAll("{{tmp}}", folder)])),
  };
}
