import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ContentBlock, Conversation } from "@ccb/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runFilesBuild } from "../test-support/run-files-build.ts";
import { playFiles } from "../test-support/scripted-files.ts";

const program = fileURLToPath(new URL("../test-support/broken-server.ts", import.meta.url));
const tasks = [{ id: "one", writes: { "one.txt": "1" } }];
let cwd = "";
let mark = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-broken-"));
  mark = `mark-${process.pid}-${Math.random()}`;
});

afterEach(() => {
  const left = execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" });
  rmSync(cwd, { recursive: true, force: true, maxRetries: 5 });
  expect(left.split("\n").filter((line) => line.includes(mark))).toEqual([]);
});

/** Servers that are broken at their start, by name, and what is said of each. */
const atStart: Record<string, RegExp> = {
  missing: /It did not start: .*ENOENT/,
  crash: /It did not start: .*exit code 3\. It said: out of luck/,
  flood: /line of more than 10 MB/,
  nonsense: /It did not/,
  hang: /It did not answer within 20000 ms/,
};

function define(name: string, required: boolean) {
  const broken = { command: process.execPath, args: [program, name, mark] };
  const missing = { command: "no-such-command-anywhere", args: [mark] };
  return {
    ...(name === "missing" ? missing : broken),
    description: "Broken.",
    required,
    enforce_at: ["task_complete"],
  };
}

function build(servers: object, session?: (conversation: Conversation) => ContentBlock[] | undefined, timeMs?: number) {
  const customMcpFile = join(cwd, "mcp.json");
  writeFileSync(
    customMcpFile,
    JSON.stringify({ mcp_servers: servers, policy: { points: { file_read: { level: "preferred" } } } }),
  );
  return runFilesBuild({
    cwd,
    tasks,
    ...(session ? { onSession: async (_task, conversation) => session(conversation) } : {}),
    options: { customMcpFile, ...(timeMs === undefined ? {} : { taskTimeoutMs: timeMs }) },
  });
}

describe("a build with a server that is broken at its start", () => {
  it("goes on without those that are not required, names each with the reason, and leaves none running", async () => {
    const names = Object.keys(atStart);
    const { result, events } = await build(Object.fromEntries(names.map((name) => [name, define(name, false)])));
    expect(result.outcome).toBe("done");
    const away = new Map(
      events.flatMap((event) => (event.type === "mcp-unavailable" ? [[event.server, event.reason]] : [])),
    );
    for (const name of names) expect(away.get(name), name).toMatch(atStart[name] ?? /^$/);
    // The same file has files read through the filesystem server, and what that costs is said.
    const message = expect.stringMatching(/file_read preferred\): its schemas are up to \d+ tokens/);
    expect(events).toContainEqual(expect.objectContaining({ type: "warning", message }));
    expect(Object.keys(result.summary?.unavailableServers ?? {})).toEqual(expect.arrayContaining(names));
  });

  it.each(Object.keys(atStart))(
    "stops before anything is spent where it is required and is one that is %s",
    async (name) => {
      const { result, calls } = await build({ [name]: define(name, true) });
      expect(result).toMatchObject({ outcome: "failed", error: { code: "mcp-failed" } });
      expect(result.reason).toContain(`The required MCP server "${name}" does not work: `);
      expect(result.reason).toMatch(atStart[name] ?? /^$/);
      expect(calls).toBe(0);
    },
  );
});

describe("a build with a server that breaks in a call", () => {
  const use = (tool: string): ContentBlock[] => [{ type: "tool_use", name: `mcp__calls__${tool}`, input: {} }];
  /** First the calls, one a turn, then what the task is about. */
  const first =
    (...tools: string[]) =>
    (conversation: Conversation) => {
      const tool = tools[conversation.turns];
      if (tool !== undefined) return use(tool);
      const rest = conversation.toolUses.slice(tools.length);
      return playFiles(tasks[0]?.writes ?? {}, { ...conversation, toolUses: rest }, "one");
    };

  it.each(["crash", "flood"])(
    "%s: goes on where it is not required, and the failed call is in the record",
    async (tool) => {
      const { result, events } = await build({ calls: define("calls", false) }, first(tool));
      expect(result.outcome).toBe("done");
      const used = events.flatMap((event) =>
        event.type === "mcp-used" && event.server === "calls" ? [[event.tool, event.succeeded]] : [],
      );
      expect(used).toEqual([[`mcp__calls__${tool}`, false]]);
    },
  );

  it("is not counted where it is required: the task is redone, then failed, and the server and its answer are named", async () => {
    const { result, events } = await build({ calls: define("calls", true) }, first("crash"));
    expect(result.outcome).toBe("failed");
    expect(result.reason).toMatch(/Task "one" failed: MCP policy violated: .*calls/);
    const violated = events.flatMap((event) => (event.type === "mcp-violated" ? (event.evidence ?? []) : []));
    expect(violated[0]).toMatch(/^calls: crash did not succeed: it answered /);
    expect(violated.length).toBeGreaterThan(4);
  });

  // Claude Code drops an answer that is no MCP, and waits on.
  it.each(["hang", "nonsense"])(
    "%s: ends the session at its time, and the tool that it waited for is named",
    async (tool) => {
      const { result, events } = await build({ calls: define("calls", false) }, () => use(tool), 12_000);
      expect(result.outcome).toBe("failed");
      const chosen = events.flatMap((event) => (event.type === "recovery-chosen" ? [event.failure] : []));
      expect(chosen[0]).toBe("timeout");
      expect(JSON.stringify(events)).toMatch(new RegExp(`waiting for mcp__calls__${tool}, for \\d+ s`));
    },
  );
});
