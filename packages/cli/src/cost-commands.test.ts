import { hash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { noUsage } from "@ccb/core";
import { costMigrations, createCostLedger } from "@ccb/cost";
import { openStore } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCcb, startCcb } from "../test-support/run-ccb.ts";

let cwd = "";
const servers: http.Server[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-cost-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  rmSync(cwd, { recursive: true, force: true });
});

/** A server that answers every call with 1,000 tokens read and 100 written, and keeps the keys it was given. */
async function startUpstream(): Promise<{ url: string; keys: unknown[] }> {
  const keys: unknown[] = [];
  const server = http.createServer((request, response) => {
    keys.push(request.headers["x-api-key"]);
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const { model } = JSON.parse(body) as { model: string };
      const usage = { input_tokens: 1_000, output_tokens: 100 };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ id: "msg_1", type: "message", role: "assistant", model, content: [], usage }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys };
}

/** `ccb gateway` until `use` is done, then Ctrl-C. */
async function withGateway(args: string[], use: (url: string, lines: () => string) => Promise<void>, environment = {}) {
  const { child, ended } = startCcb({ args: ["gateway", ...args], cwd, environment });
  let seen = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (text: string) => {
      seen += text;
      const [, found] = /(http:\/\/127\.0\.0\.1:\d+\/s\/[\w-]+)/.exec(seen) ?? [];
      if (found !== undefined) resolve(found);
    });
    ended.then((run) => reject(new Error(run.stderr)), reject);
  });
  await use(url, () => seen);
  child.kill("SIGINT");
  return ended;
}

const ask = (url: string, model = "claude-opus-5-5", maxTokens = 500) =>
  fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "the-client-key" },
    body: JSON.stringify({ model, max_tokens: maxTokens, messages: [{ role: "user", content: "Hi" }] }),
  });

test("ccb gateway stands alone: it says how to use it, books, logs, keeps its cap over a restart, and ends on Ctrl-C", async () => {
  const upstream = await startUpstream();
  const args = ["--upstream", upstream.url, "--max-cost", "0.04"];
  const first = await withGateway(args, async (url) => {
    expect((await ask(url)).status).toBe(200);
  });
  expect(first.code).toBe(0);
  expect(first.stdout).toContain("export ANTHROPIC_BASE_URL=http://127.0.0.1:");
  expect(first.stdout).toContain("the client's own goes through");
  expect(first.stdout).toMatch(/answered {2}claude-opus-5-5 {2}1,000 in, 100 out {2}\$0\.0060/);
  expect(first.stdout).toContain("$0.0060 in 1 call, $0.0340 left");
  expect(upstream.keys).toEqual(["the-client-key"]);
  // It held no key, so there is none to note.
  expect(existsSync(join(cwd, "ccb-gateway/costs.audit.jsonl"))).toBe(false);
  const [session = ""] = readdirSync(join(cwd, "ccb-gateway/api_calls"));
  expect(readdirSync(join(cwd, "ccb-gateway/api_calls", session))).toContain("call_0001.json");

  // A call may cost about 2,100 × 8 + 500 × 20 micro-dollars: one more fits, a third does not.
  const second = await withGateway([...args, "--json"], async (url) => {
    expect([(await ask(url)).status, (await ask(url)).status]).toEqual([200, 200]);
    const refused = await ask(url);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("CCB budget reached: The cap of $0.04 would not hold: $0.018 is spent");
  });
  const lines = second.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; totals?: object });
  expect(lines.map(({ type }) => type)).toEqual(["listening", "call", "call", "refused", "end"]);
  expect(lines.at(-1)?.totals).toMatchObject({ calls: 3, costMicroUsd: 18_000 });
});

test("a key of the environment stays in the gateway, and your own prices count", async () => {
  const upstream = await startUpstream();
  writeFileSync(join(cwd, "prices.yaml"), "models:\n  - model: kimi-*\n    input: 1\n    output: 2\n");
  const args = ["--upstream", upstream.url, "--prices", "prices.yaml", "--json"];
  const run = await withGateway(
    args,
    async (url) => {
      await ask(url, "kimi-k2");
      await ask(url, "nobody-knows");
    },
    { ANTHROPIC_API_KEY: "sk-ant-api03-the-real-one-0123456789" },
  );
  expect(upstream.keys).toEqual(["sk-ant-api03-the-real-one-0123456789", "sk-ant-api03-the-real-one-0123456789"]);
  expect(run.stdout).not.toContain("the-real-one");
  const key = hash("sha256", "sk-ant-api03-the-real-one-0123456789").slice(0, 8);
  const log = readFileSync(join(cwd, "ccb-gateway/costs.audit.jsonl"), "utf8");
  for (const told of [run.stdout, log])
    expect(told).toContain(
      `{"type":"key-used","key":"${key}","kind":"api-key","from":"environment variable ANTHROPIC_API_KEY","upstream":"${upstream.url}"`,
    );
  expect(log).not.toContain("the-real-one");
  const verify = () => runCcb({ args: ["audit", "verify", "ccb-gateway/costs.audit.jsonl"], cwd });
  expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining("1 record, 1 event") });
  writeFileSync(join(cwd, "ccb-gateway/costs.audit.jsonl"), log.replace(key, "00000000"));
  expect((await verify()).code).toBe(5);
  const cost = await runCcb({ args: ["cost", "--by", "model"], cwd });
  expect(cost.stdout).toMatch(/kimi-k2 .* \$0\.0012\n/);
  expect(cost.stdout).toMatch(/nobody-knows .* unknown\n/);
  expect(cost.stdout).toContain("1 call of unknown cost, not in the sum");
});

test("a gateway alone raises an alert when its calls stand still, not when nobody calls, and says when they go on", async () => {
  let release = () => {};
  const server = http.createServer((request, response) => {
    request.resume();
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: "m", type: "message", role: "assistant", model: "claude-opus-5-5", content: [], usage };
    release = () => response.end(JSON.stringify(message));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(cwd, "ccb.config.yaml"), "alerts: { stalledSeconds: 1 }\n");
  const run = await withGateway(["--upstream", upstream, "--json"], async (url, lines) => {
    // Longer than the threshold, with no call.
    await delay(2_500);
    expect(lines()).not.toContain('"alert"');
    const answer = ask(url);
    while (!lines().includes('"alert"')) await delay(50);
    release();
    expect((await answer).status).toBe(200);
  });
  const told = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; message?: string });
  expect(told.map(({ type }) => type)).toEqual(["listening", "alert", "call", "note", "end"]);
  expect(told[1]?.message).toMatch(/^nothing has happened for \d+ s, the threshold is 1 s$/);
  expect(told[3]?.message).toBe("things happen again");
});

test("ccb cost reads a project while its build holds the ledger open: budget, forecast, projection, groups, JSON and CSV", async () => {
  const project = writeProject("notes", { finished: true });
  using store = openStore({ path: join(project, ".checkpoints/build.db"), migrations: [costMigrations] });
  const text = await runCcb({ args: ["cost", project], cwd });
  expect(text.stderr).toBe("");
  for (const part of [
    " · list prices of 20",
    "$0.0180 in 3 calls",
    "$5.00, $4.98 left",
    "$0.5000 ($0.2000 to $1.50); so far 4 % of it",
    "1 of 2 tasks finished",
    "claude-code/subagent:tester",
    "routes",
    "=danger",
  ]) {
    expect(text.stdout).toContain(part);
  }
  const json = JSON.parse((await runCcb({ args: ["cost", project, "--json"], cwd })).stdout) as Record<string, unknown>;
  expect(json).toMatchObject({
    project: "notes",
    costMicroUsd: 18_000,
    caps: { build: 5_000_000 },
    by: { phase: [{ key: "p1" }] },
  });
  const csv = (await runCcb({ args: ["cost", project, "--csv"], cwd })).stdout.trim().split("\r\n");
  expect(csv).toHaveLength(4);
  expect(csv[1]).toContain("notes,b1,1,2026-11-2");
  // What a spreadsheet would run is not run.
  expect(csv[3]).toContain(",'=danger,");
  expect(store.findDamage()).toEqual([]);
});

test("ccb cost projects at the prices that the build was forecast with, or at those of --prices", async () => {
  const project = writeProject("notes", { finished: false });
  const expected = async (...args: string[]) => {
    const { stdout, code } = await runCcb({ args: ["cost", project, "--json", ...args], cwd });
    expect(code).toBe(0);
    return (JSON.parse(stdout) as { projection: { expectedMicroUsd: number } }).projection.expectedMicroUsd;
  };
  const list = await expected();
  const saved = { model: "claude-opus-5-5", lowMicroUsd: 1, expectedMicroUsd: 2, highMicroUsd: 3 };
  const sessionMicroUsd = { S: 50_000_000, M: 1, L: 1 };
  writeFileSync(join(project, "artifacts/forecast.json"), JSON.stringify({ ...saved, sessionMicroUsd }));
  // Two tasks of size S, and what a third that is not in the plan has cost.
  expect(await expected()).toBe(100_006_000);
  writeFileSync(join(cwd, "prices.yaml"), "models: [{ model: claude-*, input: 400, output: 2000, cacheRead: 40 }]\n");
  const own = await expected("--prices", "prices.yaml");
  expect(own).toBeGreaterThan(list * 5);
  expect(own).not.toBe(100_006_000);
  const wrong = await runCcb({ args: ["cost", project, "--prices", "nowhere.yaml"], cwd });
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("price file nowhere.yaml cannot be used") });
});

test("ccb cost --all sums the projects of a folder and compares forecasts with what builds cost", async () => {
  writeProject("notes", { finished: true, outcome: "done" });
  writeProject("tasks", { finished: false });
  mkdirSync(join(cwd, "claude-builds/no-project"));
  mkdirSync(join(cwd, "claude-builds/broken/.checkpoints"), { recursive: true });
  writeFileSync(
    join(cwd, "claude-builds/broken/.checkpoints/build.db"),
    "no database at all, but long enough to be read as one",
  );
  const run = await runCcb({ args: ["cost", "--all"], cwd });
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/warning: left out: .*broken/);
  expect(run.stdout).toContain("$0.0360 in 6 calls of 2 projects");
  expect(run.stdout).toMatch(/forecast against actual.*\n.*notes .*0\.04 × +no/);
  const csv = (await runCcb({ args: ["cost", "--all", "--csv", "--by", "task"], cwd })).stdout;
  expect(csv.split("\r\n")[1]).toBe("routes,4,0,4000,400,0,0,0,0,24000");
});

test.each([
  [["cost", "nowhere"], 2, "There is no ledger in"],
  [["cost", "--all"], 2, "There is no folder"],
  [["cost", "--csv", "--json"], 2, "exclude each other"],
  [["cost", "--by", "colour"], 2, "Allowed choices are"],
  [["gateway", "--max-cost", "0"], 2, "must be above 0"],
  [["gateway", "--route", "kimi"], 2, "--route must be MODELS=URL"],
  [["gateway", "--route", "kimi=https://x.test@KEY_THAT_IS_NOT_SET"], 3, "KEY_THAT_IS_NOT_SET"],
  [["gateway", "--prices", "nowhere.yaml"], 2, "price file nowhere.yaml cannot be used"],
  [["gateway", "--upstream", "ftp://x"], 2, "http or https"],
  [["gateway", "--port", "99999"], 2, "port from 0 to 65535"],
])("ccb %j says what is wrong", async (args, code, message) => {
  const run = await runCcb({ args, cwd });
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(message);
});

/** A project directory as a build leaves it, with three calls of 6,000 micro-dollars. */
function writeProject(name: string, options: { finished: boolean; outcome?: string }): string {
  const directory = join(cwd, "claude-builds", name);
  mkdirSync(join(directory, ".checkpoints"), { recursive: true });
  mkdirSync(join(directory, "artifacts"));
  const task = { name: "n", description: "d", dependsOn: [], files: [], requirementIds: [], size: "S" };
  const tasks = [
    { ...task, id: "routes" },
    { ...task, id: "pages" },
  ];
  const write = (path: string, value: object) => writeFileSync(join(directory, path), JSON.stringify(value));
  write("artifacts/plan.json", { waivers: [], phases: [{ id: "p1", name: "P", goal: "g", tasks }] });
  write("artifacts/forecast.json", {
    model: "claude-opus-5-5",
    lowMicroUsd: 200_000,
    expectedMicroUsd: 500_000,
    highMicroUsd: 1_500_000,
  });
  const states = [
    { id: "routes", status: options.finished ? "done" : "running" },
    { id: "pages", status: "pending" },
  ];
  write(".checkpoints/latest_state.json", {
    project: name,
    outcome: options.outcome ?? null,
    phases: [{ tasks: states }],
  });
  using store = openStore({ path: join(directory, ".checkpoints/build.db"), migrations: [costMigrations] });
  const ledger = createCostLedger({ store, build: "b1", capMicroUsd: 5_000_000 });
  const model = "claude-opus-5-5";
  const usage = { ...noUsage, inputTokens: 1_000, outputTokens: 100 };
  for (const [index, caller] of [undefined, "subagent:tester", undefined].entries()) {
    const scope = { build: "b1", phase: "p1", task: index < 2 ? "routes" : "=danger", agent: "claude-code", caller };
    const result = ledger.reserve({ model, inputTokens: 1_000, maxOutputTokens: 100, scope });
    if (!result.granted) throw new Error(result.reason);
    ledger.settle(result.reservationId, {
      status: "answered",
      model,
      usage,
      messageId: "m",
      latencyMs: 1,
      callNumber: 1,
    });
  }
  return directory;
}
