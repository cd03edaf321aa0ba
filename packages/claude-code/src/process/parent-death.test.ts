import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { awaitUntil } from "../../test-support/await-until.ts";
import {
  createSessionBench,
  defineTestServer,
  renderTestRequest,
  type SessionBench,
} from "../../test-support/session-bench.ts";
import { readProcessTable, readProcessVariable } from "./process-table.ts";

let bench: SessionBench | undefined;

const running = (home: string) => readProcessTable().filter((row) => readProcessVariable(row.pid, "HOME") === home);

afterEach(async () => {
  if (bench === undefined) return;
  for (const { pid } of running(bench.home)) process.kill(pid, "SIGKILL");
  await bench.close();
});

it.runIf(process.platform === "linux")(
  "kill -9 of our process in the middle of a command leaves no Claude Code, no shell and no MCP server",
  async () => {
    // A command that starts a process in a session of its own, so that neither the group nor the parent leads to it.
    const command = "setsid sh -c 'trap \"\" TERM; touch detached; sleep 300' & touch started; sleep 300";
    bench = await createSessionBench(() => ({ tools: [{ name: "Bash", input: { command } }] }));
    const { project, home, model } = bench;

    const program = fileURLToPath(new URL("../../test-support/run-one-session.ts", import.meta.url));
    const parent = spawn(process.execPath, ["--conditions=ccb-source", program], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    const request = { ...renderTestRequest({ project, url: model.url }), mcpServers: [defineTestServer("probe")] };
    const options = { environment: { PATH: process.env.PATH ?? "" }, homeDirectory: home };
    parent.stdin.end(JSON.stringify({ options, request }));

    const hasStarted = () => existsSync(join(project, "started")) && existsSync(join(project, "detached"));
    await awaitUntil(hasStarted, "the command to run");
    expect(running(home).length).toBeGreaterThanOrEqual(4);
    parent.kill("SIGKILL");
    await awaitUntil(() => running(home).length === 0, "all processes of the session to end");
  },
);
