import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { McpServerDefinition } from "@ccb/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPlainServices } from "../../test-support/plain-services.ts";
import { serveHttp } from "../server/serve-http.ts";
import { createServerPool } from "./create-server-pool.ts";
import { type McpConnection, openConnection } from "./open-connection.ts";

const supportFile = (name: string) => fileURLToPath(new URL(`../../test-support/${name}`, import.meta.url));
let mark = "";
const connections: McpConnection[] = [];

beforeEach(() => {
  mark = `mark-${process.pid}-${Math.random()}`;
});

const running = () =>
  execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(mark)).length;

afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close();
  expect(running()).toBe(0);
});

function define(transport: McpServerDefinition["transport"]): McpServerDefinition {
  return { name: "one", description: "", transport, required: false, enforceAt: [], alwaysLoad: false };
}

const asProcess = (args: string[], env: Record<string, string> = {}) =>
  define({ type: "stdio", command: process.execPath, args: [...args, mark], env });

/** A server of the revisions before: see `unruly-server.ts`. */
const older = (env: Record<string, string>) => asProcess([supportFile("unruly-server.ts")], env);

async function connect(definition: McpServerDefinition, timeoutMs: number): Promise<McpConnection> {
  const opened = await openConnection(definition, { timeoutMs });
  if (!opened.ok) throw new Error(opened.reason);
  connections.push(opened.connection);
  return opened.connection;
}

const count = (connection: McpConnection) => connection.call({ tool: "count", arguments: {}, timeoutMs: 5_000 });

describe("the revision of the protocol", () => {
  it("is the newest with a server that speaks it, over stdio and HTTP", async () => {
    const overStdio = await connect(asProcess(["--conditions=ccb-source", supportFile("newest-server.ts")]), 15_000);
    const serving = await serveHttp({ services: createPlainServices(), version: "1.0.0" });
    const headers = { Authorization: `Bearer ${serving.token}` };
    const overHttp = await connect(define({ type: "http", url: serving.url, headers }), 15_000);
    for (const connection of [overStdio, overHttp]) {
      expect(connection).toMatchObject({ protocol: "2026-07-28", isOld: false });
      const answer = await connection.call({ tool: "list_tasks", arguments: {}, timeoutMs: 5_000 });
      expect(answer).toMatchObject({ isError: false, structured: { tasks: [] } });
      expect(await connection.isAlive(5_000)).toBe(true);
    }
    await serving.close();
    expect(await overHttp.isAlive(500)).toBe(false);
  });

  it("is an older one with a server that does not know the question, also one that is silent on it, in the same start", async () => {
    for (const env of [{}, { OLD: "silent" }]) {
      const connection = await connect(older(env), 3_000);
      expect(connection).toMatchObject({ protocol: "2025-11-25", isOld: false });
      expect(await count(connection)).toMatchObject({ text: "1" });
    }
    expect(running()).toBe(2);
  });

  it("waits for a slow server, whether it knows the question or not", async () => {
    for (const env of [{ SLOW: "1500" }, { SLOW: "1500", OLD: "silent" }]) {
      const connection = await connect(older(env), 4_000);
      expect(connection).toMatchObject({ protocol: "2025-11-25" });
      expect(connection.startMs).toBeGreaterThan(1_500);
      expect(await count(connection)).toMatchObject({ text: "1" });
    }
  });

  it("is not asked for again of a server that ended at the question, slow or not", async () => {
    for (const env of [{ OLD: "ends" }, { OLD: "ends", SLOW: "1500" }]) {
      expect(await connect(older(env), 8_000)).toMatchObject({ protocol: "2025-11-25", isOld: true });
    }
    const pool = createServerPool({ servers: [older({ OLD: "ends", SLOW: "1000" })], circuit: { backOffMs: 10 } });
    const call = (tool: string) => pool.call({ server: "one", tool, arguments: {} });
    expect(await call("count")).toMatchObject({ text: "1" });
    expect(await call("crash")).toMatchObject({ status: "failed", cause: "gone" });
    const before = performance.now();
    expect(await call("count")).toMatchObject({ text: "1" });
    // One start, not two.
    expect(performance.now() - before).toBeLessThan(1_900);
    await pool.close();
  });
});
