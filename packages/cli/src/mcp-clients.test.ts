import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { query, type SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import { createClaudeCodeExecutor } from "@ccb/claude-code";
import { type HttpServing, serveHttp } from "@ccb/mcp/server";
import { createScriptedModel } from "@ccb/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forwardWithToken } from "../test-support/forward-with-token.ts";
import { ccbProgram, runCcb } from "../test-support/run-ccb.ts";
import { createServices } from "./serve/create-services.ts";

const run = promisify(execFile);
const source = ["--conditions=ccb-source", ccbProgram];
let folder = "";
let project = "";
let serving: HttpServing;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-clients-")));
  project = join(folder, "project");
  writeFileSync(join(folder, "spec.md"), "# Sums\n\n- FR-1: The program must print the sum of two numbers.\n");
  await runCcb({ args: ["plan", "spec.md", "--output-dir", project], cwd: folder });
  const services = createServices({ directory: project, environment: { PATH: process.env.PATH ?? "" } });
  serving = await serveHttp({ services, version: "1.0.0" });
});

afterAll(async () => {
  await serving.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The program of an installed package, to be run with this Node. */
function findProgram(name: string, bin: string): string {
  const require = createRequire(import.meta.url);
  const manifest = (require.resolve.paths(name) ?? [])
    .map((paths) => join(paths, name, "package.json"))
    .find((path) => existsSync(path));
  const { bin: bins } = JSON.parse(readFileSync(manifest ?? "", "utf8")) as { bin: Record<string, string> };
  return join(dirname(manifest ?? ""), bins[bin] ?? "");
}

/** Scenarios of the suite that the server passes, and why the others are not for it. */
const applies = [
  "dns-rebinding-protection",
  "ping",
  "prompts-list",
  "resources-list",
  "server-initialize",
  "tools-list",
];
const reasons: [reason: RegExp, why: string][] = [
  [/test_|test:\/\//, "asks for fixtures of the suite's own test server"],
  [/Method not found/, "asks for completion, logging or subscriptions, which the server does not offer"],
  [/^$/, "asks for sessions; the server keeps none"],
];

it("the conformance suite passes in what applies, and each other scenario fails for a reason that is known", async () => {
  const forward = await forwardWithToken(serving.url, serving.token);
  const out = join(folder, "conformance");
  const program = findProgram("@modelcontextprotocol/conformance", "conformance");
  await run(process.execPath, [program, "server", "--url", forward.url, "-o", out]).catch(
    (error: { code: unknown }) => {
      // Its exit code is 1 where any scenario fails; what failed is judged below.
      if (error.code !== 1) throw error;
    },
  );
  await forward.close();
  const passed: string[] = [];
  for (const name of readdirSync(out)) {
    const checks = JSON.parse(readFileSync(join(out, name, "checks.json"), "utf8")) as {
      status: string;
      errorMessage?: string;
    }[];
    const bad = checks.filter(({ status }) => status !== "SUCCESS" && status !== "INFO");
    if (bad.length === 0) passed.push(name.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, ""));
    const message = bad[0]?.errorMessage ?? "";
    expect(bad.length === 0 || reasons.some(([reason]) => reason.test(message)), `${name}: ${message}`).toBe(true);
  }
  expect(passed.toSorted()).toEqual(applies);
});

it("the inspector's command line lists the tools and calls one", async () => {
  const program = findProgram("@modelcontextprotocol/inspector", "mcp-inspector");
  const header = `Authorization: Bearer ${serving.token}`;
  const inspect = async (...args: string[]) => {
    const base = [program, "--cli", serving.url, "--transport", "http", "--header", header];
    return JSON.parse((await run(process.execPath, [...base, ...args])).stdout);
  };
  const { tools } = await inspect("--method", "tools/list");
  expect(tools).toHaveLength(9);
  const called = await inspect("--method", "tools/call", "--tool-name", "list_requirements");
  expect(called.structuredContent).toMatchObject({ total: 1, requirements: [{ id: "FR-1" }] });
});

it("the real Claude Code calls the server's tools over stdio", async () => {
  await using model = await createScriptedModel({
    rules: [
      {
        when: ({ toolUses }) => toolUses.length === 0,
        reply: { content: [{ type: "tool_use", name: "mcp__ccb__trace_requirement", input: { id: "FR-1" } }] },
      },
      { when: () => true, reply: { content: [{ type: "text", text: "Traced." }] } },
    ],
  });
  const environment = { PATH: process.env.PATH ?? "" };
  const executor = createClaudeCodeExecutor({ environment, homeDirectory: join(folder, "home") });
  const result = await executor.runTask({
    prompt: "Trace FR-1.",
    systemAppend: "You are the builder of CCB (Claude Code Builder).",
    cwd: project,
    model: "claude-opus-5-5",
    baseUrl: model.url,
    mcpServers: [
      {
        name: "ccb",
        description: "CCB",
        transport: { type: "stdio", command: process.execPath, args: [...source, "mcp", "serve"], env: environment },
        required: true,
        enforceAt: [],
        alwaysLoad: true,
      },
    ],
    limits: { maxTurns: 5, idleMs: 30_000, totalMs: 90_000 },
  });
  expect(result.status).toBe("done");
  expect(result.toolUses).toMatchObject([
    { name: "mcp__ccb__trace_requirement", succeeded: true, response: expect.stringContaining("sum of two numbers") },
  ]);
});

it("ccb plugin writes a plugin that the real Claude Code loads, with its commands and its server's tools", async () => {
  const plugin = join(folder, "plugin");
  const written = await runCcb({
    args: ["plugin", "--out", plugin, "--", process.execPath, ...source],
    cwd: folder,
  });
  expect(written).toMatchObject({ code: 0, stdout: expect.stringContaining("6 files in plugin") });
  await using model = await createScriptedModel({
    rules: [
      {
        when: ({ toolUses }) => toolUses.length === 0,
        reply: { content: [{ type: "tool_use", name: "mcp__plugin_ccb_ccb__control_build", input: {} }] },
      },
      { when: () => true, reply: ({ toolUses }) => ({ content: [{ type: "text", text: toolUses[0]?.result ?? "" }] }) },
    ],
  });
  const messages: SDKMessage[] = [];
  const session = query({
    prompt: "/ccb:status",
    options: {
      cwd: project,
      env: {
        HOME: join(folder, "home"),
        PATH: process.env.PATH,
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: "sk-ant-scripted-model",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_TELEMETRY: "1",
      },
      settingSources: [],
      plugins: [{ type: "local", path: plugin }],
      permissionMode: "dontAsk",
      allowedTools: ["mcp__plugin_ccb_ccb"],
      maxTurns: 5,
    },
  });
  for await (const message of session) messages.push(message);
  const init = messages.find((message) => message.type === "system" && message.subtype === "init");
  expect(init).toMatchObject({
    plugins: expect.arrayContaining([expect.objectContaining({ name: "ccb" })]),
    slash_commands: expect.arrayContaining(["ccb:plan", "ccb:next-task", "ccb:check", "ccb:status"]),
  });
  expect(messages.at(-1)).toMatchObject({ type: "result", result: expect.stringContaining('"running":false') });
});

it("ccb plugin leaves a folder alone that holds something else", async () => {
  writeFileSync(join(folder, "mine.txt"), "precious");
  const refused = await runCcb({ args: ["plugin", "--out", "."], cwd: folder });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("is not empty") });
});
