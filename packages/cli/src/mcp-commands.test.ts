import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listProcessesOf } from "../test-support/list-processes.ts";
import { runCcb } from "../test-support/run-ccb.ts";

const server = fileURLToPath(new URL("../test-support/mcp-server.ts", import.meta.url));
let cwd = "";

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), "ccb-mcp-cli-")));
});

afterEach(() => {
  expect(listProcessesOf(cwd) ?? []).toEqual([]);
  rmSync(cwd, { recursive: true, force: true });
});

const ccb = (...args: string[]) => runCcb({ args: ["mcp", ...args], cwd, environment: { SECRET_OF_MINE: "s3cret" } });

it("the policy is shown as a build would hold to it, with what files through the filesystem server cost", async () => {
  const usual = await ccb("policy");
  expect(usual.code).toBe(0);
  expect(usual.stdout).toMatch(/^task_complete +required +memory, git +end, since task$/m);
  expect(usual.stdout).toMatch(/^file_write +off +filesystem/m);
  for (const point of ["file_read", "file_write", "directory_ops"])
    expect(usual.stdout).toMatch(new RegExp(`^  ${point} +[1-9][\\d,]* tokens of schemas$`, "m"));
  const file = "policy:\n  points: { file_write: { level: preferred } }\n  limits: { refusals: 5 }\n";
  writeFileSync(join(cwd, "strict.yaml"), file);
  const changed = JSON.parse((await ccb("policy", "--custom-mcp", "strict.yaml", "--json")).stdout);
  expect(changed.limits).toEqual({ refusals: 5, redos: 1 });
  expect(changed.points).toContainEqual(
    expect.objectContaining({ point: "file_write", level: "preferred", servers: ["filesystem"] }),
  );
  writeFileSync(join(cwd, "strict.yaml"), "policy:\n  points: { file_write: { level: sometimes } }\n");
  const wrong = await ccb("policy", "--custom-mcp", "strict.yaml");
  expect(wrong).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("policy.points.file_write.level"),
  });
});

describe("a server of one's own", () => {
  it("is added, listed, checked, called and removed, and gets the variables its entry names", async () => {
    const added = await ccb(
      "add",
      "echo",
      "--env",
      "TOKEN=${SECRET_OF_MINE}",
      "--required",
      "--",
      process.execPath,
      server,
      cwd,
    );
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining("echo was added in .config/ccb/mcp.yaml") });
    expect(readFileSync(join(cwd, ".config", "ccb", "mcp.yaml"), "utf8")).toContain("TOKEN: ${SECRET_OF_MINE}");

    const listed = await ccb("list", "--json");
    const entry = JSON.parse(listed.stdout).find(({ name }: { name: string }) => name === "echo");
    expect(entry).toMatchObject({ source: "user", required: true, transport: { env: ["TOKEN"] } });
    expect(listed.stdout).not.toContain("s3cret");

    const checked = await ccb("check", "echo");
    expect(checked.code).toBe(0);
    expect(checked.stdout).toMatch(/✓ echo +ready +\d+ ms +1 tool +\d+ tokens of schemas/);

    const tools = await ccb("tools", "echo");
    expect(tools.stdout).toContain("mcp__echo__echo");
    const called = await ccb("call", "echo", "echo", '{"text":"hello"}');
    expect(called).toMatchObject({ code: 0, stdout: 'echo {"text":"hello"} token=s3cret\n' });

    expect((await ccb("remove", "echo")).code).toBe(0);
    expect(await ccb("call", "echo", "echo")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no MCP server "echo"'),
    });
  });

  it("that does not start is named with the reason, and the command fails where it is required", async () => {
    await ccb("add", "broken", "--required", "--", process.execPath, "-e", "console.error('no luck'); process.exit(4)");
    const checked = await ccb("check", "broken", "memory", "--json");
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.stdout).servers).toMatchObject([
      { name: "memory", status: "ready", schemaTokens: expect.any(Number) },
      { name: "broken", status: "failed", reason: expect.stringContaining("no luck") },
    ]);
  });
});

it("servers of the folder are shown, and started only when the folder is trusted", async () => {
  const mcpServers = { theirs: { command: process.execPath, args: [server, cwd] } };
  writeFileSync(join(cwd, ".mcp.json"), JSON.stringify({ mcpServers }));
  expect((await ccb("list")).stdout).toContain("not started without --trust-project");
  expect((await ccb("check", "theirs")).stdout).toContain("not started");
  expect(await ccb("call", "theirs", "echo")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--trust-project"),
  });
  expect(await ccb("call", "theirs", "echo", "--trust-project")).toMatchObject({ code: 0 });
});

it.each([
  [["add", "x"], "expected either command or url"],
  [["add", "a__b", "--url", "http://127.0.0.1:1"], "becomes part of tool names"],
  [["add", "x", "--url", "http://127.0.0.1:1", "--enforce-at", "lunch"], "expected one of phase_start"],
  [["add", "git", "--url", "http://127.0.0.1:1"], "none of the mandatory servers"],
  [["remove", "nobody"], 'has no server "nobody"'],
  [["call", "git", "git_status", "[1]"], "is a JSON object"],
])("ccb mcp %j is refused with the reason", async (args, reason) => {
  expect(await ccb(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
});
