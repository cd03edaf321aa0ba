import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { awaitUntil } from "../../test-support/await-until.ts";
import { createSessionBench, defineTestServer, type SessionBench } from "../../test-support/session-bench.ts";
import { createClaudeCodeExecutor } from "../create-claude-code-executor.ts";
import { readProcessTable, readProcessVariable } from "./process-table.ts";

const name = "CCB_TEST_MARK";
const program = fileURLToPath(new URL("../../test-support/guard-and-wait.ts", import.meta.url));
let mark = randomUUID();
let bench: SessionBench | undefined;

const marked = () => readProcessTable().filter((row) => readProcessVariable(row.pid, name) === mark);

/** The guard is the one that has the whole mark on its command line. */
const guards = () => readProcessTable().filter(({ pid }) => readCommandLine(pid).includes(`${name}=${mark}`));

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function start(ending: "wait" | "release" | "end") {
  return spawn(process.execPath, ["--conditions=ccb-source", program, name, mark, ending], { stdio: "ignore" });
}

afterEach(async () => {
  for (const { pid } of marked()) process.kill(pid, "SIGKILL");
  await bench?.close();
  bench = undefined;
  mark = randomUUID();
});

describe.runIf(process.platform === "linux")("guardProcesses", () => {
  it("kills what carries the mark when this process is killed with -9, also what left its group and ignores signals", async () => {
    const parent = start("wait");
    await awaitUntil(() => marked().length >= 3, "the processes to start");
    expect(guards()).toHaveLength(1);
    parent.kill("SIGKILL");
    await awaitUntil(() => marked().length === 0, "the marked processes to end");
  });

  it("does so too when this process ends without a word, and not when the guard was released", async () => {
    await once(start("end"), "exit");
    await awaitUntil(() => marked().length === 0, "the marked processes to end");
    await once(start("release"), "exit");
    await awaitUntil(() => marked().length >= 3 && guards().length === 0, "the processes to start and the guard to go");
    expect(marked().length).toBeGreaterThanOrEqual(3);
  });

  it("reaches every process of a session: Claude Code, its commands and its MCP servers carry what the environment has", async () => {
    let seen: number[] = [];
    bench = await createSessionBench((turn) =>
      turn.number === 1 ? { tools: [{ name: "Bash", input: { command: "(setsid sleep 300 &) ; sleep 1" } }] } : {},
    );
    const { home, project, model } = bench;
    const executor = createClaudeCodeExecutor({
      environment: { PATH: process.env.PATH ?? "", [name]: mark },
      homeDirectory: home,
    });
    const mine = () => readProcessTable().filter((row) => readProcessVariable(row.pid, "HOME") === home);
    const result = await executor.runTask({
      prompt: "Do the task.",
      systemAppend: "",
      cwd: project,
      model: "claude-opus-5-5",
      baseUrl: model.url,
      mcpServers: [defineTestServer("probe")],
      limits: { maxTurns: 5, idleMs: 30_000, totalMs: 60_000 },
      beforeEnd: () => {
        const pids = marked().map(({ pid }) => pid);
        seen = mine().map(({ pid }) => (pids.includes(pid) ? pid : -pid));
        return undefined;
      },
    });
    expect(result.status).toBe("done");
    // Claude Code, the MCP server and the process that the command left behind.
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.filter((pid) => pid < 0)).toEqual([]);
  });
});
