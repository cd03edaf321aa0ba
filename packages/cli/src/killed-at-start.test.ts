import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listProcessesOf } from "../test-support/list-processes.ts";
import { startCcb } from "../test-support/run-ccb.ts";

let cwd: string;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-killed-")));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

test.runIf(process.platform === "linux")(
  "kill -9 while an MCP server is still starting leaves no process of it",
  async () => {
    const server = join(cwd, "silent-server.mjs");
    await writeFile(server, "setInterval(() => {}, 1000);\n");
    await writeFile(
      join(cwd, "mcp.json"),
      JSON.stringify({ mcpServers: { silent: { command: process.execPath, args: [server] } } }),
    );
    await writeFile(
      join(cwd, "spec.md"),
      "# Notes\n\n## Requirements\n\n- The service must keep notes with a title.\n",
    );
    const { child, ended } = startCcb({
      args: ["init", "spec.md", "--offline", "--yes", "-o", "out", "--custom-mcp", "mcp.json"],
      cwd,
    });
    const serversOf = () => listProcessesOf(cwd)?.filter((line) => line.includes("silent-server.mjs")) ?? [];
    await vi.waitFor(() => expect(serversOf()).toHaveLength(1), { timeout: 30_000, interval: 50 });
    child.kill("SIGKILL");
    await ended;
    await vi.waitFor(() => expect(listProcessesOf(cwd)).toEqual([]), { timeout: 10_000, interval: 100 });
  },
);
