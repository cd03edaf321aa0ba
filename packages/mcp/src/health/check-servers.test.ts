import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { McpServerDefinition } from "@ccb/core";
import { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProcessTransport } from "../pool/process-transport.ts";
import { mandatoryServers } from "../servers/mandatory-servers.ts";
import { checkServers } from "./check-servers.ts";

let folder = "";
let project = "";

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-mcp-")));
  project = join(folder, "project");
  mkdirSync(join(project, ".memory"), { recursive: true });
  execFileSync("git", ["init", "-q", project]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A URL on which nothing listens: port 9 of this machine (discard), which is closed everywhere that tests run. */
const nowhere = "http://127.0.0.1:9/api";

function define(name: string, script: string): McpServerDefinition {
  return {
    name,
    description: name,
    transport: { type: "stdio", command: process.execPath, args: ["-e", script], env: {} },
    required: true,
    enforceAt: [],
    alwaysLoad: false,
  };
}

async function listRunning(mark: string): Promise<string[]> {
  const output = execFileSync("ps", ["-A", "-o", "args="], { encoding: "utf8" });
  return output.split("\n").filter((line) => line.includes(mark));
}

describe("the five mandatory servers", () => {
  it("all start; without its service context7 counts as unavailable, with it as ready", async () => {
    const health = await checkServers(mandatoryServers({ projectDirectory: project, context7Url: nowhere }));
    expect(health.map(({ name, status }) => [name, status])).toEqual([
      ["context7", "unavailable"],
      ["memory", "ready"],
      ["sequential-thinking", "ready"],
      ["filesystem", "ready"],
      ["git", "ready"],
    ]);
    expect(health[0]?.reason).toContain("cannot be reached");
    expect(health[1]?.tools).toContain("create_entities");
    expect(health[4]?.tools).toContain("git_status");
    expect(await listRunning(project)).toEqual([]);

    const library = { id: "/nodejs/node", title: "Node.js", description: "runtime", totalSnippets: 1 };
    const service = createServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ results: [library] }));
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    const { port } = service.address() as AddressInfo;
    const servers = mandatoryServers({ projectDirectory: project, context7Url: `http://127.0.0.1:${port}/api` });
    const [context7] = await checkServers(servers.filter((server) => server.name === "context7"));
    await new Promise((resolve) => service.close(resolve));
    expect(context7).toMatchObject({ name: "context7", status: "ready", reason: "" });
  });

  it("keep to the project: memory in .memory, git on the repository, files nowhere else, no log files", async () => {
    const servers = mandatoryServers({ projectDirectory: project, context7Url: nowhere });
    const call = async (server: string, tool: string, input: Record<string, unknown>) => {
      const transport = servers.find(({ name }) => name === server)?.transport;
      if (transport?.type !== "stdio") throw new Error(`${server} is not there`);
      const client = new Client({ name: "test", version: "1" });
      const env = { PATH: process.env.PATH ?? "", HOME: folder, ...transport.env };
      await client.connect(new ProcessTransport({ ...transport, env, cwd: project }));
      const result = await client.callTool({ name: tool, arguments: input });
      await client.close();
      return { failed: result.isError === true, text: JSON.stringify(result.content) };
    };
    const entities = [{ name: "task-1", entityType: "task", observations: ["built"] }];
    expect((await call("memory", "create_entities", { entities })).failed).toBe(false);
    expect(readFileSync(join(project, ".memory", "memory.jsonl"), "utf8")).toContain("task-1");
    expect((await call("memory", "read_graph", {})).text).toContain("task-1");

    const status = await call("git", "git_status", { path: "./" });
    expect(status).toMatchObject({ failed: false, text: expect.stringContaining(".memory/") });
    expect((await call("git", "git_status", { path: folder })).failed).toBe(true);

    const written = await call("filesystem", "write_file", { path: join(folder, "outside.txt"), content: "x" });
    expect(written).toMatchObject({ failed: true, text: expect.stringContaining("outside allowed directories") });
    expect(existsSync(join(folder, "outside.txt"))).toBe(false);
    expect(readdirSync(project).toSorted()).toEqual([".git", ".memory"]);
  });
});

describe("broken servers", () => {
  it("are reported with the reason, each by itself, and nothing is left running", async () => {
    const mark = `mark-${process.pid}-${Date.now()}`;
    const keepAlive = `setInterval(() => {}, 1000); /* ${mark} */`;
    const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(keepAlive)}], { stdio: "ignore" });`;
    const servers = [
      {
        ...define("missing", ""),
        transport: { type: "stdio", command: "no-such-command-anywhere", args: [], env: {} },
      },
      define("crashes", `console.error("out of luck"); process.exit(3); /* ${mark} */`),
      define("hangs", `process.on("SIGTERM", () => {}); ${child} ${keepAlive}`),
      define("nonsense", `setInterval(() => console.log("{\\"a\\":1}\\nhello"), 5); /* ${mark} */`),
      define(
        "floods",
        `const part = "x".repeat(1 << 20); setInterval(() => process.stdout.write(part), 1); /* ${mark} */`,
      ),
      { ...define("nobody", ""), transport: { type: "http", url: nowhere, headers: {} } },
    ] satisfies McpServerDefinition[];
    const health = await checkServers(servers, { timeoutMs: 3000 });
    expect(health.map(({ status }) => status)).toEqual(servers.map(() => "failed"));
    expect(health[0]?.reason).toContain("ENOENT");
    expect(health[1]?.reason).toContain("out of luck");
    expect(health[2]?.reason).toContain("did not answer within 3000 ms");
    expect(health.every(({ reason, tools }) => reason !== "" && tools.length === 0)).toBe(true);
    expect(await listRunning(mark)).toEqual([]);
  });

  it("stop being checked when the caller does not want to know any more", async () => {
    const controller = new AbortController();
    const checking = checkServers([define("slow", "setInterval(() => {}, 1000)")], { signal: controller.signal });
    controller.abort();
    expect(await checking).toMatchObject([{ status: "failed", reason: "The check was stopped on request." }]);
  });
});
