import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expandVariables } from "./expand-variables.ts";
import { readCustomServers } from "./read-custom-servers.ts";

let folder = "";
let count = 0;
/** Begins a variable in the files under test. */
const dollar = "$";

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-custom-")));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(content: string | Buffer, extension = "yaml"): string {
  const path = join(folder, `servers-${++count}.${extension}`);
  writeFileSync(path, content);
  return path;
}

const example = `
mcp_servers:
  code-reviewer:
    command: "node"
    args: ["./mcp-servers/code-reviewer/index.js"]
    description: "Automated code review"
    required: true
    enforce_at:
      - "task_complete"
      - "phase_complete"
  security-scanner:
    command: "python"
    args: ["-m", "security_scanner_mcp", 8080]
    env: { LEVEL: 3, TOKEN: "\${SCAN_TOKEN}", MODE: "\${SCAN_MODE:-full}" }
  docs:
    url: "https://docs.example.com/mcp"
    headers: { Authorization: "Bearer \${SCAN_TOKEN}" }
`;

describe("readCustomServers", () => {
  it("reads CCB's own shape, with paths, variables and defaults", async () => {
    const { servers, warnings } = await readCustomServers({ path: write(example), environment: { SCAN_TOKEN: "abc" } });
    expect(warnings).toEqual([]);
    expect(servers[0]).toEqual({
      name: "code-reviewer",
      description: "Automated code review",
      transport: {
        type: "stdio",
        command: "node",
        args: [join(folder, "mcp-servers/code-reviewer/index.js")],
        env: {},
      },
      required: true,
      enforceAt: ["task_complete", "phase_complete"],
      alwaysLoad: false,
    });
    expect(servers[1]?.transport).toMatchObject({
      args: ["-m", "security_scanner_mcp", "8080"],
      env: { LEVEL: "3", TOKEN: "abc", MODE: "full" },
    });
    expect(servers[1]).toMatchObject({ required: false, enforceAt: [] });
    expect(servers[2]?.transport).toMatchObject({ type: "http", headers: { Authorization: "Bearer abc" } });
  });

  it("reads Claude's .mcp.json and says what it left out", async () => {
    const content = {
      mcpServers: {
        reviewer: { command: "./review.sh", args: ["--fast"], timeout: 5 },
        remote: { type: "http", url: "http://127.0.0.1:8000/mcp" },
        old: { type: "sse", url: "http://127.0.0.1:8000/sse" },
        memory: { command: "npx", args: ["memory"] },
      },
    };
    const { servers, warnings } = await readCustomServers({ path: write(JSON.stringify(content), "json") });
    expect(servers.map(({ name }) => name)).toEqual(["reviewer", "remote"]);
    expect(servers[0]?.transport).toMatchObject({ command: join(folder, "review.sh"), args: ["--fast"] });
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toMatch(/old.*sse.*memory/s);
  });

  it.each([
    [
      "a field that nobody knows",
      "mcp_servers: { a: { command: x, comand: y } }",
      /mcp_servers\.a: expected only command.*comand/,
    ],
    [
      "a wrong point",
      "mcp_servers: { a: { command: x, enforce_at: [task_done] } }",
      /a\.enforce_at\[0\]: expected one of .*task_complete.*received "task_done"/,
    ],
    [
      "a wrong type",
      'mcp_servers: { a: { command: x, required: "yes please" } }',
      /a\.required: expected a value of type boolean, received "yes please"/,
    ],
    [
      "a list of arguments that is none",
      "mcp_servers: { a: { command: x, args: -v } }",
      /a\.args: expected a value of type array, received "-v"/,
    ],
    ["an argument that is no text", "mcp_servers: { a: { command: x, args: [[]] } }", /a\.args\[0\]: expected a text/],
    [
      "neither command nor url",
      "mcp_servers: { a: { required: true } }",
      /mcp_servers\.a: expected either command or url/,
    ],
    ["command and url", "mcp_servers: { a: { command: x, url: 'http://x' } }", /either command or url/],
    [
      "a url that is none",
      "mcp_servers: { a: { url: 'ftp://x' } }",
      /a\.url: expected an http or https URL, received "ftp:\/\/x"/,
    ],
    ["a name that cannot be part of a tool's", "mcp_servers: { 'a b': { command: x } }", /expected a name of/],
    ["the name of a mandatory server", "mcp_servers: { git: { command: x } }", /none of the mandatory servers/],
    [
      "a variable without a value",
      `mcp_servers: { a: { command: x, env: { A: '${dollar}{NOPE}' } } }`,
      /a\.env\.A: expected the environment variable NOPE to be set/,
    ],
    ["an empty entry", "mcp_servers: { a: }", /mcp_servers\.a: expected a value of type object, received null/],
    ["servers that are a list", "mcp_servers: [a]", /mcp_servers: expected an object/],
    ["another file", "servers: {}", /expected mcp_servers .*received \["servers"\]/],
    ["a text", "just a text", /expected an object with mcp_servers/],
    ["broken YAML", "mcp_servers:\n  a: [1, 2", /\.yaml:\d+:\d+ cannot be used: it is not YAML/],
    ["nothing", " \n", /it is empty/],
  ])("refuses %s", async (_what, content, message) => {
    const path = write(content);
    await expect(readCustomServers({ path })).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringMatching(message),
    });
    await expect(readCustomServers({ path })).rejects.toMatchObject({ message: expect.stringContaining(path) });
  });

  it("refuses what is no text file", async () => {
    const refuses = (path: string, message: RegExp) =>
      expect(readCustomServers({ path })).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringMatching(message),
      });
    mkdirSync(join(folder, "a-folder"));
    await refuses(join(folder, "missing.yaml"), /there is no such file/);
    await refuses(join(folder, "a-folder"), /expected a file/);
    await refuses(write(Buffer.from([0xff, 0xfe, 0x00])), /not UTF-8/);
    await refuses(write("x".repeat(1024 * 1024 + 1)), /at most 1048576 bytes/);
    await refuses(write("{ not json", "json"), /it is not JSON/);
  });
});

describe("expandVariables", () => {
  it("changes nothing in a text without variables", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("${")),
        (text) => {
          expect(expandVariables(text, { A: "1" })).toEqual({ text, missing: [] });
        },
      ),
    );
  });

  it("inserts values as they are, without expanding them again", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(expandVariables(`<${dollar}{A}>`, { A: value }).text).toBe(`<${value}>`);
      }),
    );
    expect(expandVariables(`${dollar}{A:-x}${dollar}{B:-}${dollar}{C}`, { A: "" })).toEqual({
      text: "x",
      missing: ["C"],
    });
  });
});
