import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CcbError } from "@ccb/core";
import { type ProcessGroup, startProcessGroup } from "../process/_start-process-group.ts";

const defaultReadyMs = 30_000;
const pollMs = 25;
const stopGraceMs = 5_000;

export interface ServiceProcessOptions {
  command: string;
  cwd: string;
  env?: Record<string, string> | undefined;
  /** Undefined while it is not ready; may throw what is wrong. */
  isReady: () => Promise<boolean>;
  readyTimeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Starts a service and waits until it is ready; ended again when it is not in time. */
export async function startServiceProcess(
  options: ServiceProcessOptions,
): Promise<ProcessGroup & { stop(): Promise<void> }> {
  const { command, cwd, env, isReady, readyTimeoutMs = defaultReadyMs, signal } = options;
  const group = await startProcessGroup({ command, cwd, env });
  const stop = async () => void (await group.end(stopGraceMs));
  const deadline = performance.now() + readyTimeoutMs;
  let last = "no answer";
  try {
    for (;;) {
      signal?.throwIfAborted();
      const ready = await isReady().catch((error: Error) => {
        last = error.message;
        return false;
      });
      const exit = group.exit();
      if (exit) throw failed(group, `it ended with exit code ${exit.code}`);
      if (ready) return { ...group, stop };
      if (performance.now() > deadline) throw failed(group, `it was not ready within ${readyTimeoutMs} ms (${last})`);
      await Promise.race([sleep(pollMs), group.exited]);
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

function failed(group: ProcessGroup, problem: string): CcbError {
  const output = group.output.text();
  const last = output.trim().split("\n").slice(-3).join(" | ").slice(-400);
  return new CcbError({
    code: "io-failed",
    message: `${problem}.${last ? ` Its last output: ${last}` : ""}`,
    details: { output },
  });
}

/** True when the port takes a connection. */
export function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
