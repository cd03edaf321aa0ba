import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { McpServerDefinition } from "@ccb/core";
import { afterEach, describe, expect, it } from "vitest";
import { createServerPool, type PoolCall, type ServerPool, type ServerPoolOptions } from "./create-server-pool.ts";

const program = fileURLToPath(new URL("../../test-support/unruly-server.ts", import.meta.url));
let pool: ServerPool | undefined;
let mark = "";

function define(name: string, changes: Partial<McpServerDefinition> = {}): McpServerDefinition {
  return {
    name,
    description: name,
    transport: { type: "stdio", command: process.execPath, args: [program, mark], env: { OWN_SECRET: "mine" } },
    required: false,
    enforceAt: [],
    alwaysLoad: false,
    ...changes,
  };
}

function open(options: Partial<ServerPoolOptions> = {}): ServerPool {
  mark = `mark-${process.pid}-${Math.random()}`;
  pool = createServerPool({
    servers: [define("unruly"), define("private", { perCaller: true })],
    circuit: { backOffMs: 50, maxBackOffMs: 200, openMs: 400 },
    ...options,
  });
  return pool;
}

const running = () =>
  execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(mark)).length;

const call = (tool: string, more: Partial<PoolCall> = {}) =>
  (pool ?? open()).call({ server: "unruly", tool, arguments: {}, timeoutMs: 10_000, ...more });

afterEach(async () => {
  await pool?.close();
  expect(running()).toBe(0);
  pool = undefined;
});

describe("connections", () => {
  it("start at the first call, once for callers that come together, and are shared", async () => {
    const shared = open();
    expect(running()).toBe(0);
    const answers = await Promise.all([call("count"), call("count", { caller: "a" }), call("count", { caller: "b" })]);
    expect(answers.map((answer) => answer.status === "answered" && answer.text).toSorted()).toEqual(["1", "2", "3"]);
    expect(running()).toBe(1);
    expect(shared.health()[0]).toMatchObject({ name: "unruly", state: "running", connections: 1, starts: 1 });
  });

  it("are a caller's own where the server keeps state of its caller, and end when the caller is done", async () => {
    const own = open();
    const server = "private";
    await call("count", { server, caller: "a" });
    expect(await call("count", { server, caller: "a" })).toMatchObject({ text: "2" });
    expect(await call("count", { server, caller: "b" })).toMatchObject({ text: "1" });
    await own.release("a");
    expect(running()).toBe(1);
    expect(await call("count", { server, caller: "a" })).toMatchObject({ text: "1" });
  });

  it("give a server no secret but its own", async () => {
    process.env.CCB_TEST_API_KEY = "somebody else's";
    open();
    const answer = await call("environment");
    delete process.env.CCB_TEST_API_KEY;
    expect(answer).toMatchObject({ status: "answered", text: expect.stringContaining('"OWN_SECRET":"mine"') });
    expect(JSON.stringify(answer)).not.toContain("somebody else's");
  });
});

describe("a server that", () => {
  it("crashes in a call is named with what it said, and started again for the next one", async () => {
    open();
    expect(await call("crash")).toMatchObject({
      status: "failed",
      cause: "gone",
      reason: expect.stringMatching(/^unruly went away in crash: it ended with exit code 3\. It said: out of luck/),
    });
    expect(await call("count")).toMatchObject({ status: "answered", text: "1" });
    expect(pool?.health()[0]).toMatchObject({ starts: 2, failures: 0 });
  });

  it("hangs is ended at the deadline and replaced", async () => {
    open();
    await call("count");
    const hanging = await call("hang", { timeoutMs: 1500 });
    expect(hanging).toMatchObject({ cause: "timeout", reason: "unruly did not answer hang within 1500 ms." });
    expect(running()).toBe(0);
    expect(await call("count")).toMatchObject({ text: "1" });
  });

  it.each([
    ["flood", "line of more than 10 MB"],
    ["chatter", "more than 16 MB that nobody asked for"],
  ])("writes without end (%s) is ended before its deadline", async (tool, reason) => {
    open();
    const answer = await call(tool, { timeoutMs: 60_000 });
    expect(answer).toMatchObject({ cause: "gone", reason: expect.stringContaining(reason) });
  });

  it("speaks nonsense or refuses is no reason to end it", async () => {
    open();
    expect(await call("nonsense")).toMatchObject({ status: "failed", cause: "protocol" });
    expect(await call("refuse")).toMatchObject({ cause: "protocol", reason: expect.stringContaining("not like this") });
    expect(await call("count")).toMatchObject({ text: "3" });
  });

  it("is missing, crashes at start or is nobody is named, and left alone after three times until its time is over", async () => {
    const missing = define("missing", {
      transport: { type: "stdio", command: "no-such-command-anywhere", args: [], env: {} },
    });
    open({ servers: [missing] });
    for (const _ of [1, 2, 3]) {
      const answer = await call("x", { server: "missing" });
      expect(answer).toMatchObject({ cause: "start", reason: expect.stringContaining("ENOENT") });
    }
    const blocked = await call("x", { server: "missing" });
    expect(blocked).toMatchObject({ cause: "blocked", reason: expect.stringContaining("failed 3 times") });
    expect(pool?.health()[0]).toMatchObject({ state: "blocked", starts: 3 });
    await expect.poll(() => pool?.health()[0]?.state, { timeout: 5000 }).toBe("idle");
    expect(await call("x", { server: "missing" })).toMatchObject({ cause: "start" });
    expect(await call("x", { server: "nobody" })).toMatchObject({
      cause: "unknown",
      reason: 'There is no server "nobody"; there are missing.',
    });
  });
});

it("a call ends at once when its caller or the pool does not want it any more", async () => {
  const closed = open();
  await call("count");
  const controller = new AbortController();
  const stopped = call("hang", { signal: controller.signal, server: "private" });
  controller.abort();
  expect(await stopped).toMatchObject({ cause: "aborted" });
  const waiting = call("hang", { timeoutMs: 60_000 });
  await closed.close();
  expect(await waiting).toMatchObject({ cause: "aborted" });
});
