import { mkdir } from "node:fs/promises";
import { CcbError, type EnvironmentService } from "@ccb/core";
import { findFreePort } from "../process/_ports.ts";
import { sendRequest } from "../process/_send-request.ts";
import { startProcessGroup } from "../process/_start-process-group.ts";
import { startServiceProcess, takesConnections } from "./_start-service-process.ts";
import type { ServiceSetup, StartedService } from "./start-environment.ts";

type CommandService = Extract<EnvironmentService, { use: "command" }>;

/** Starts anything that has a command and listens on a port. */
export async function startCommandService(service: CommandService, setup: ServiceSetup): Promise<StartedService> {
  const { folder, directory, signal } = setup;
  const { name, command, readyPath, readyTimeoutMs } = service;
  await mkdir(folder);
  const port = await findFreePort();
  const env = { ...setup.variables, ...service.env, PORT: String(port), DATA_DIR: folder };
  const isReady = () => (readyPath === undefined ? takesConnections(port) : answers(port, readyPath));
  const group = await startServiceProcess({ command, cwd: directory, env, isReady, readyTimeoutMs, signal });
  const variables = Object.fromEntries(
    Object.entries(service.variables ?? {}).map(([key, value]) => [
      key,
      value.replaceAll("{{port}}", String(port)).replaceAll("{{url}}", `http://127.0.0.1:${port}`),
    ]),
  );
  try {
    for (const seed of service.seed ?? []) await runSeed(seed, directory, { ...env, ...variables });
  } catch (error) {
    await group.stop();
    throw error;
  }
  return { name, port, variables, output: () => group.output.text(), stop: group.stop };
}

async function answers(port: number, path: string): Promise<boolean> {
  const answer = await sendRequest({ host: "127.0.0.1", port, method: "GET", path, timeoutMs: 2_000 });
  if ("failure" in answer) throw new Error(answer.failure);
  if (answer.status >= 500) throw new Error(`status ${answer.status}`);
  return true;
}

async function runSeed(command: string, cwd: string, env: Record<string, string>): Promise<void> {
  const group = await startProcessGroup({ command, cwd, env });
  const { code } = await group.exited;
  await group.end(1_000);
  if (code === 0) return;
  const output = group.output.text();
  const message = `its seed ${JSON.stringify(command)} ended with exit code ${code}: ${output.trim().slice(-300)}`;
  throw new CcbError({ code: "io-failed", message, details: { output } });
}
