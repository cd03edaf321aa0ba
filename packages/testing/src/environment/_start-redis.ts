import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { CcbError, type EnvironmentService } from "@ccb/core";
import { findFreePort } from "../process/_ports.ts";
import { findProgram } from "./_find-program.ts";
import { startServiceProcess } from "./_start-service-process.ts";
import type { ServiceSetup, StartedService } from "./start-environment.ts";

type RedisService = Extract<EnvironmentService, { use: "redis" }> & { name: string };

/** Starts a Redis that keeps nothing on disk. */
export async function startRedis(service: RedisService, { folder, signal }: ServiceSetup): Promise<StartedService> {
  const program = findProgram("redis-server", "redis-server");
  await mkdir(folder);
  const port = await findFreePort();
  const command = `exec ${program} --port ${port} --bind 127.0.0.1 --save '' --appendonly no --dir '${folder}'`;
  const isReady = async () => (await send(port, "PING")) === "+PONG";
  const group = await startServiceProcess({ command, cwd: folder, isReady, signal });
  try {
    for (const seed of service.seed ?? []) {
      const answer = await send(port, seed);
      if (answer.startsWith("-"))
        throw new CcbError({
          code: "io-failed",
          message: `its seed ${JSON.stringify(seed)} was refused: ${answer.slice(1)}`,
        });
    }
  } catch (error) {
    await group.stop();
    throw error;
  }
  const variables = { [service.variable ?? "REDIS_URL"]: `redis://127.0.0.1:${port}` };
  return { name: service.name, port, variables, output: () => group.output.text(), stop: group.stop };
}

/** The first line of the answer to one inline command. */
function send(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let text = "";
    socket.setTimeout(5_000, () => socket.destroy(new Error("no answer within 5 s")));
    socket.once("error", reject);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes("\r\n")) return;
      socket.destroy();
      resolve(text.slice(0, text.indexOf("\r\n")));
    });
    socket.write(`${command.replaceAll(/[\r\n]+/g, " ")}\r\n`);
  });
}
