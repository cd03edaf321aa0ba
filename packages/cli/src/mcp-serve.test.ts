import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { isIPv4 } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { estimateTokens } from "@ccb/context";
import type { McpServerDefinition } from "@ccb/core";
import { createServerPool, type ServerPool } from "@ccb/mcp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ccbProgram, runCcb, startCcb } from "../test-support/run-ccb.ts";

const specification = `# Notice Board

A small HTTP service that shows notices.

## Notices

- FR-1: The service must answer GET /health with status 200 and the JSON body {"status":"ok"}.
- FR-2: The service must answer GET /notices with the list of notices as JSON.

## Archive

- FR-3: The service should keep deleted notices for 30 days.
`;

let folder = "";
let project = "";
let pool: ServerPool;

const serve = (directory: string): McpServerDefinition => ({
  name: "ccb",
  description: "ccb",
  transport: {
    type: "stdio",
    command: process.execPath,
    args: ["--conditions=ccb-source", ccbProgram, "mcp", "serve", "--dir", directory],
    env: {},
  },
  required: true,
  enforceAt: [],
  alwaysLoad: false,
});

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-serve-")));
  project = join(folder, "project");
  writeFileSync(join(folder, "spec.md"), specification);
  const planned = await runCcb({ args: ["plan", "spec.md", "--output-dir", project], cwd: folder });
  expect(planned.stderr).toBe("");
  pool = createServerPool({ servers: [serve(project), { ...serve(folder), name: "empty" }], callTimeoutMs: 60_000 });
});

afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(tool: string, input: Record<string, unknown> = {}, server = "ccb") {
  const answer = await pool.call({ server, tool, arguments: input });
  if (answer.status === "failed") throw new Error(answer.reason);
  return { ...answer, data: answer.structured as Record<string, never> };
}

describe("ccb mcp serve over stdio", () => {
  it("has small schemas: all tools together under 3,000 tokens", async () => {
    const found = await pool.tools("ccb");
    if (!found.ok) throw new Error(found.reason);
    expect(found.tools).toHaveLength(9);
    expect(found.tools.every(({ outputSchema }) => outputSchema !== undefined)).toBe(true);
    expect(estimateTokens(JSON.stringify(found.tools))).toBeLessThan(3000);
  });

  it("answers about requirements, their trace and the specification", async () => {
    const all = (await call("list_requirements")).data as unknown as {
      total: number;
      requirements: { id: string; line: number; status: string }[];
    };
    expect(all.requirements.map(({ id, line, status }) => [id, line, status])).toEqual([
      ["FR-1", 7, "not-built"],
      ["FR-2", 8, "not-built"],
      ["FR-3", 12, "not-built"],
    ]);
    expect((await call("list_requirements", { query: "archive" })).data).toMatchObject({ total: 0 });
    expect((await call("trace_requirement", { id: "FR-2" })).data).toMatchObject({
      id: "FR-2",
      tasks: [{ id: expect.any(String) }],
    });
    const { hits } = (await call("search_spec", { query: "deleted notices archive" })).data as unknown as {
      hits: { heading: string; line: number }[];
    };
    expect(hits[0]).toMatchObject({ heading: "Notice Board > Archive", line: 10 });
  });

  it("gives a task to one client only, with its instructions, and takes it back", async () => {
    const { tasks } = (await call("list_tasks", { status: "ready" })).data as unknown as { tasks: { id: string }[] };
    const task = tasks[0]?.id ?? "";
    const claims = await Promise.all(["ann", "bob"].map((by) => call("claim_task", { task, by })));
    expect(claims.map(({ isError }) => isError).toSorted()).toEqual([false, true]);
    const winner = claims.find(({ isError }) => !isError);
    expect(winner?.data).toMatchObject({
      task,
      claimed: true,
      instructions: expect.stringContaining(`Task \`${task}\``),
    });
    const claimedBy = claims[0]?.isError ? "bob" : "ann";
    expect((await call("list_tasks", { status: "claimed" })).data).toMatchObject({ tasks: [{ id: task, claimedBy }] });
    expect(claims.find(({ isError }) => isError)?.text).toContain(`claimed`);
    expect((await call("claim_task", { task, by: "eve", release: true })).isError).toBe(true);
    await call("claim_task", { task, by: claimedBy, release: true });
    expect((await call("list_tasks", { status: "claimed" })).data).toMatchObject({ tasks: [] });
  });

  it("runs acceptance checks for real: nothing is built yet, so they fail with what they saw", async () => {
    const { tasks } = (await call("list_tasks")).data as unknown as { tasks: { phase: string }[] };
    const checked = await call("run_checks", { phase: tasks[0]?.phase ?? "" });
    expect(checked.data).toMatchObject({ passed: 0, failed: expect.any(Number) });
    expect(JSON.stringify(checked.data)).toContain('"summary":"');
    expect(await call("run_checks", { phase: "nowhere" })).toMatchObject({
      isError: true,
      text: expect.stringContaining('no criterion with a check in phase "nowhere"'),
    });
  });

  it("reads costs and the state of the build, and commands nobody where nobody builds", async () => {
    expect((await call("read_costs")).data).toMatchObject({ totalUsd: 0, unpricedCalls: 0 });
    expect((await call("control_build")).data).toMatchObject({ running: false, answer: "" });
    expect(await call("control_build", { action: "pause" })).toMatchObject({
      isError: true,
      text: expect.stringContaining("No process is building"),
    });
  });

  it("plans a specification without leaving anything, and only what is in the served directory", async () => {
    const planned = (await call("plan_spec", { path: "spec.md" }, "empty")).data;
    expect(planned).toMatchObject({ title: "Notice Board", requirements: 3, forecastUsd: { low: expect.any(Number) } });
    expect((await call("plan_spec", { text: specification }, "empty")).data).toEqual(planned);
    const outside = await call("plan_spec", { path: "../../etc/passwd" }, "empty");
    expect(outside).toMatchObject({ isError: true, text: expect.stringContaining("outside of the served directory") });
    expect(await call("list_tasks", {}, "empty")).toMatchObject({
      isError: true,
      text: expect.stringContaining("Nothing is planned"),
    });
  });
});

it("pauses, resumes and stops a build that another process runs, and gives none of its tasks out", async () => {
  const buildable = join(import.meta.dirname, "../../../examples/specs/library-lending.md");
  const running = startCcb({
    args: ["init", buildable, "--offline", "--yes", "--no-tests", "--output-dir", "running"],
    cwd: folder,
  });
  const directory = join(folder, "running");
  await expect.poll(() => existsSync(join(directory, "artifacts", "plan.json")), { timeout: 60_000 }).toBe(true);
  const client = createServerPool({ servers: [serve(directory)] });
  const ask = async (tool: string, input: Record<string, unknown>) => {
    const answer = await client.call({ server: "ccb", tool, arguments: input });
    return answer.status === "answered" ? { text: answer.text, ...(answer.structured as object) } : answer;
  };
  expect(await ask("control_build", { action: "pause" })).toMatchObject({
    running: true,
    answer: expect.stringMatching(/./),
  });
  expect(await ask("claim_task", { by: "ann" })).toMatchObject({
    text: expect.stringContaining("gives its tasks out itself"),
  });
  expect(await ask("control_build", { action: "resume" })).toMatchObject({
    running: true,
    answer: expect.stringMatching(/./),
  });
  expect(await ask("control_build", { action: "stop" })).toMatchObject({ answer: expect.stringMatching(/./) });
  await client.close();
  expect((await running.ended).code).toBe(6);
});

/** The status of a request with exactly these headers; `fetch` would not let a test forge Host. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
  const accept = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers: { ...accept, ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

it("ccb mcp serve --http, on loopback, says where it is and which token it wants, lets nobody else in, and ends at SIGTERM", async () => {
  const child = spawn(process.execPath, ["--conditions=ccb-source", ccbProgram, "mcp", "serve", "--http"], {
    cwd: project,
    env: { PATH: process.env.PATH ?? "" },
  });
  let said = "";
  for await (const part of child.stdout) {
    said += String(part);
    if (said.includes("Bearer")) break;
  }
  const url = /http:\S+/.exec(said)?.[0] ?? "";
  const token = /Bearer (\S+)/.exec(said)?.[1] ?? "";
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
  const headers = { Authorization: `Bearer ${token}` };
  expect(await statusOf(url, headers)).toBe(200);
  for (const given of [{}, { Authorization: "" }, { Authorization: `Bearer ${token.slice(1)}` }])
    expect(await statusOf(url, given)).toBe(401);
  for (const given of [{ Host: "evil.example" }, { Origin: "https://evil.example" }])
    expect(await statusOf(url, { ...headers, ...given })).toBe(403);
  // On loopback only: this machine's other addresses are not listened on.
  const { port } = new URL(url);
  for (const { address } of Object.values(networkInterfaces()).flatMap((all) => all ?? [])) {
    if (isIPv4(address) && address !== "127.0.0.1")
      await expect(statusOf(`http://${address}:${port}/mcp`, headers)).rejects.toThrow("ECONNREFUSED");
  }
  const http: McpServerDefinition = { ...serve(project), transport: { type: "http", url, headers } };
  const client = createServerPool({ servers: [http] });
  const answer = await client.call({ server: "ccb", tool: "control_build", arguments: {} });
  expect(answer).toMatchObject({ status: "answered", structured: { running: false } });
  await client.close();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});
