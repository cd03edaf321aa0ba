import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CcbError, type ExecutorEvent } from "@ccb/core";
import { afterEach, describe, expect, it } from "vitest";
import { awaitUntil } from "../test-support/await-until.ts";
import type { ModelAnswer, ModelTurn } from "../test-support/model-server.ts";
import {
  createSessionBench,
  defineTestServer,
  renderTestRequest,
  type SessionBench,
} from "../test-support/session-bench.ts";
import { createClaudeCodeExecutor } from "./create-claude-code-executor.ts";
import { readProcessTable, readProcessVariable } from "./process/process-table.ts";

let bench: SessionBench | undefined;

async function prepare(answer: (turn: ModelTurn) => ModelAnswer): Promise<SessionBench> {
  bench = await createSessionBench(answer);
  return bench;
}

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** Processes that were started with this home, whoever their parent is now. */
function listSessionProcesses(home: string): number[] {
  return readProcessTable()
    .filter((row) => readProcessVariable(row.pid, "HOME") === home)
    .map((row) => row.pid);
}

describe("a session that ends by itself", () => {
  it("writes files, runs commands, calls MCP tools and records each with its answer", async () => {
    const { project, run, model, home } = await prepare((turn) =>
      turn.number === 1
        ? {
            tools: [
              { name: "Write", input: { file_path: join(project, "a.txt"), content: "one" } },
              { name: "Bash", input: { command: "cat a.txt; printf two > b.txt; exit 0" } },
              { name: "Bash", input: { command: "exit 3" } },
              { name: "mcp__probe__echo", input: { text: "hello" } },
              { name: "mcp__probe__fail", input: { text: "hello" } },
            ],
          }
        : { text: "All is done." },
    );
    const events: ExecutorEvent[] = [];
    const result = await run({ mcpServers: [defineTestServer("probe")], onEvent: (event) => events.push(event) });

    expect(result).toMatchObject({ status: "done", turns: 2, text: "All is done." });
    expect(readFileSync(join(project, "a.txt"), "utf8") + readFileSync(join(project, "b.txt"), "utf8")).toBe("onetwo");
    expect(result.toolUses.map((use) => [use.name, use.server, use.succeeded])).toEqual([
      ["Write", undefined, true],
      ["Bash", undefined, true],
      ["Bash", undefined, false],
      ["mcp__probe__echo", "probe", true],
      ["mcp__probe__fail", "probe", false],
    ]);
    expect(result.toolUses[3]?.response).toBe('echo {"text":"hello"} key= url=');
    expect(result.reportedUsage).toMatchObject({ inputTokens: 200, outputTokens: 40 });
    expect(events.map((event) => event.type)).toEqual(
      expect.arrayContaining(["process-started", "session-started", "tool-started", "text-received"]),
    );
    expect(events.find((event) => event.type === "session-started")).toMatchObject({
      sessionId: result.sessionId,
      mcpServers: [{ name: "probe", status: "connected" }],
    });
    expect(JSON.stringify(model.turns[0]?.body.system)).toContain("You are the builder of CCB");
    expect(model.turns.every((turn) => turn.body.model === "claude-opus-5-5")).toBe(true);
    expect(listSessionProcesses(home)).toEqual([]);
  });

  it("gives the session no credentials of the user and its own home", async () => {
    const { run, home } = await prepare((turn) =>
      turn.number === 1 ? { tools: [{ name: "Bash", input: { command: "env" } }] } : {},
    );
    const result = await run();
    const printed = result.toolUses[0]?.response ?? "";
    expect(printed).toContain(`HOME=${home}`);
    expect(printed).toContain("GREETING=hello");
    expect(printed).not.toContain("user-secret-value");
    expect(printed).not.toContain("MY_API_KEY");
  });

  it("does not read the project's own settings, hooks or CLAUDE.md", async () => {
    const { run, project, model } = await prepare(() => ({ text: "Done." }));
    mkdirSync(join(project, ".claude"));
    const hook = { matcher: "", hooks: [{ type: "command", command: "touch hook-ran" }] };
    const settings = JSON.stringify({ hooks: { Stop: [hook], UserPromptSubmit: [hook] } });
    execFileSync("sh", ["-c", "cat > .claude/settings.json; echo SENTINEL > CLAUDE.md"], {
      cwd: project,
      input: settings,
    });
    await run();
    expect(existsSync(join(project, "hook-ran"))).toBe(false);
    expect(JSON.stringify(model.turns.map((turn) => turn.body))).not.toContain("SENTINEL");
  });

  it("ends what a command left running", async () => {
    const { run, home } = await prepare((turn) =>
      turn.number === 1
        ? { tools: [{ name: "Bash", input: { command: "(setsid sleep 300 > /dev/null 2>&1 &)" } }] }
        : {},
    );
    expect((await run()).status).toBe("done");
    expect(listSessionProcesses(home)).toEqual([]);
  });
});

it.runIf(process.platform === "linux")(
  "a session that gave its result and does not go is done, and its process is ended",
  async () => {
    const { run, home, project, model } = await prepare(() => ({ text: "Done." }));
    let pid = 0;
    let binary = "";
    await run({
      onEvent: (event) => {
        if (event.type === "process-started") pid = event.pid;
        // By now setpriv has handed over to Claude Code.
        if (event.type === "session-started") binary = readlinkSync(`/proc/${pid}/exe`);
      },
    });
    const wrapper = join(home, "claude-that-stays");
    writeFileSync(wrapper, `#!/bin/sh\n"${binary}" "$@"\nsleep 300\n`, { mode: 0o755 });
    const environment = { PATH: process.env.PATH ?? "" };
    const executor = createClaudeCodeExecutor({ environment, homeDirectory: home, executablePath: wrapper });
    const result = await executor.runTask(renderTestRequest({ project, url: model.url }));
    expect(result).toMatchObject({ status: "done", text: "Done." });
    expect(listSessionProcesses(home)).toEqual([]);
  },
);

it("what the process writes to its standard error is told as it comes", async () => {
  const { run, home, project, model } = await prepare(() => ({ text: "Done." }));
  let pid = 0;
  let binary = "";
  await run({
    onEvent: (event) => {
      if (event.type === "process-started") pid = event.pid;
      if (event.type === "session-started") binary = readlinkSync(`/proc/${pid}/exe`);
    },
  });
  const wrapper = join(home, "claude-that-complains");
  writeFileSync(wrapper, `#!/bin/sh\necho "a line of Claude Code" >&2\nexec "${binary}" "$@"\n`, { mode: 0o755 });
  const environment = { PATH: process.env.PATH ?? "" };
  const executor = createClaudeCodeExecutor({ environment, homeDirectory: home, executablePath: wrapper });
  let told = "";
  const request = renderTestRequest({ project, url: model.url });
  const onEvent = (event: ExecutorEvent) => {
    if (event.type === "output-received") told += event.text;
  };
  expect(await executor.runTask({ ...request, onEvent })).toMatchObject({ status: "done" });
  expect(told).toContain("a line of Claude Code\n");
});

describe("writing", () => {
  it("stays in the project directory and out of what CCB keeps there", async () => {
    const { run, project, home } = await prepare((turn) =>
      turn.number === 1
        ? {
            tools: [
              { name: "Write", input: { file_path: join(home, "escaped.txt"), content: "x" } },
              { name: "Write", input: { file_path: join(project, "link", "escaped.txt"), content: "x" } },
              { name: "Write", input: { file_path: join(project, ".git", "hooks", "post-commit"), content: "x" } },
              { name: "Write", input: { file_path: join(project, "src", "fine.txt"), content: "x" } },
            ],
          }
        : {},
    );
    symlinkSync(home, join(project, "link"));
    const { toolUses } = await run();
    expect(toolUses.map((use) => use.succeeded)).toEqual([false, false, false, true]);
    expect(toolUses[0]?.response).toContain("outside the project directory");
    expect(toolUses[2]?.response).toContain("only CCB and git write");
    expect(existsSync(join(home, "escaped.txt"))).toBe(false);
    expect(existsSync(join(project, "src", "fine.txt"))).toBe(true);
  });
});

describe("a session that does not end by itself", () => {
  const loop = (): ModelAnswer => ({ tools: [{ name: "Bash", input: { command: "true" } }] });

  it("is a limit when its turns are used up", async () => {
    const { run } = await prepare(loop);
    const result = await run({ limits: { maxTurns: 3, idleMs: 30_000, totalMs: 60_000 } });
    expect(result).toMatchObject({ status: "limit", turns: 3, failure: { limit: "turns" } });
  });

  it("is a limit when the model server hangs, and nothing stays behind", async () => {
    const { run, home } = await prepare(() => ({ hang: true }));
    const result = await run({
      mcpServers: [defineTestServer("probe")],
      limits: { maxTurns: 3, idleMs: 2500, totalMs: 60_000 },
    });
    expect(result).toMatchObject({ status: "limit", reason: "The session showed no sign of life for 2.5 s." });
    expect(listSessionProcesses(home)).toEqual([]);
  });

  it("is a limit when it takes too long", async () => {
    const { run } = await prepare(loop);
    const result = await run({ limits: { maxTurns: 10_000, idleMs: 30_000, totalMs: 2000 } });
    expect(result).toMatchObject({
      status: "limit",
      reason: expect.stringContaining("The session took longer than the 2 s it was given."),
    });
  });

  it("is aborted by the signal in the middle of a command that ignores SIGTERM, and nothing stays behind", async () => {
    const { run, home, project } = await prepare(() => ({
      tools: [{ name: "Bash", input: { command: "trap '' TERM; touch started; while :; do sleep 1; done" } }],
    }));
    const controller = new AbortController();
    const running = run({ mcpServers: [defineTestServer("probe")], signal: controller.signal });
    await awaitUntil(() => existsSync(join(project, "started")), "the command to run");
    controller.abort();
    const result = await running;
    expect(result).toMatchObject({ status: "aborted", reason: "The session was stopped on request." });
    expect(listSessionProcesses(home)).toEqual([]);
  });

  it("does not start when the signal was aborted before", async () => {
    const { run, model } = await prepare(() => ({}));
    expect((await run({ signal: AbortSignal.abort() })).status).toBe("aborted");
    expect(model.turns).toEqual([]);
  });
});

describe("a model server that refuses", () => {
  it("is refused at 403, at once, with the server's words", async () => {
    const { run, model } = await prepare(() => ({ status: 403, message: "The build's budget of $5 is used up." }));
    const result = await run();
    expect(result.status).toBe("refused");
    expect(result.reason).toContain("The build's budget of $5 is used up.");
    expect(model.turns.length).toBe(1);
  });

  it("is a failure at another status, which the result names", async () => {
    const { run } = await prepare(() => ({ status: 413, message: "too large" }));
    const result = await run();
    expect(result).toMatchObject({ status: "failed", failure: { apiStatus: 413 } });
    expect(result.reason).not.toBe("");
  });

  it("does not go on asking with credentials that are not accepted", async () => {
    const { run, model } = await prepare(() => ({ status: 401, message: "invalid x-api-key" }));
    const result = await run();
    expect(result).toMatchObject({
      status: "failed",
      failure: { apiStatus: 401 },
      reason: expect.stringContaining("401"),
    });
    expect(model.turns.length).toBeLessThanOrEqual(2);
  });

  it("says that a prompt does not fit the context window", async () => {
    const { run } = await prepare(() => ({
      status: 400,
      message: "prompt is too long: 213000 tokens > 200000 maximum",
    }));
    expect(await run()).toMatchObject({ status: "failed", failure: { terminalReason: "prompt_too_long" } });
  });
});

describe("what is the caller's fault", () => {
  it("rejects when a callback throws, and the session has ended by then", async () => {
    const { run, home } = await prepare(() => ({ text: "Done." }));
    const failing = run({
      beforeEnd: () => {
        throw new Error("compliance broke");
      },
    });
    await expect(failing).rejects.toMatchObject({
      code: "unexpected",
      message: expect.stringContaining("compliance broke"),
    });
    expect(listSessionProcesses(home)).toEqual([]);
  });

  it("rejects a working directory that does not exist, a relative home and a binary that is not there", async () => {
    const { run, project, home } = await prepare(() => ({}));
    await expect(run({ cwd: join(project, "missing") })).rejects.toMatchObject({ code: "bad-input" });
    expect(() => createClaudeCodeExecutor({ environment: {}, homeDirectory: "home" })).toThrow(CcbError);
    const executor = createClaudeCodeExecutor({
      environment: {},
      homeDirectory: home,
      executablePath: join(home, "no-claude"),
    });
    const request = {
      prompt: "x",
      systemAppend: "",
      cwd: project,
      model: "m",
      baseUrl: "http://127.0.0.1:9",
      mcpServers: [],
    };
    const limits = { maxTurns: 1, idleMs: 10_000, totalMs: 20_000 };
    await expect(executor.runTask({ ...request, limits })).rejects.toMatchObject({ code: "task-failed" });
  });
});

describe("MCP servers", () => {
  it("fails the task at once when a required one does not start, and goes on without another", async () => {
    const { run, model } = await prepare(() => ({ tools: [{ name: "Bash", input: { command: "sleep 1" } }] }));
    const broken = {
      ...defineTestServer("broken"),
      transport: { type: "stdio" as const, command: process.execPath, args: ["-e", "process.exit(1)"], env: {} },
    };
    const result = await run({ mcpServers: [broken] });
    expect(result).toMatchObject({ status: "failed", failure: { missingServers: ["broken"] } });
    expect(result.reason).toContain("broken");
    expect(model.turns.length).toBeLessThanOrEqual(1);
    const limits = { maxTurns: 1, idleMs: 30_000, totalMs: 60_000 };
    const without = await run({ mcpServers: [{ ...broken, required: false }], limits });
    expect(without.status).toBe("limit");
  });

  it("run in sessions side by side", async () => {
    const { run } = await prepare(({ lastText }) =>
      lastText.includes("tool_result") ? {} : { tools: [{ name: "mcp__probe__echo", input: { text: "x" } }] },
    );
    const request = { mcpServers: [defineTestServer("probe")] };
    const results = await Promise.all([run(request), run(request), run(request)]);
    expect(results.map(({ status, toolUses }) => [status, toolUses.length])).toEqual(Array(3).fill(["done", 1]));
    expect(new Set(results.map(({ sessionId }) => sessionId)).size).toBe(3);
  });
});
