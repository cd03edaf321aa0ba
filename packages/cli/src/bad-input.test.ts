import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCcb } from "../test-support/run-ccb.ts";

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "ccb-bad-"));
  const files: Record<string, string | Uint8Array> = {
    "good.md": "# Notes\n\nThe service must answer GET /health with 200.\n",
    "empty.md": "",
    "blank.md": " \n\n",
    "binary.md": new Uint8Array(4096).map((_, index) => (index * 7) % 256),
    "latin1.md": new Uint8Array([0x23, 0x20, 0x63, 0x61, 0x66, 0xe9, 0x0a]),
    "broken.yaml": "mcp_servers:\n  scanner:\n    command: [unclosed\n",
    "wrong.yaml": "mcp_servers:\n  scanner:\n    command: 7\n",
    "a-file": "x",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  await mkdir(join(cwd, "no-specs"));
  const huge = await open(join(cwd, "huge.md"), "w");
  const line = "The service must keep every record for ever and answer quickly.\n".repeat(16_384);
  for (let count = 0; count < 52; count++) await huge.write(line);
  await huge.close();
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

const cases: [what: string, args: string[], expected: RegExp, environment?: Record<string, string>][] = [
  ["a missing file", ["nope.md", "--offline"], /nope\.md/],
  ["an empty file", ["empty.md", "--offline"], /empty/i],
  ["a blank file", ["blank.md", "--offline"], /empty|blank/i],
  ["a binary file", ["binary.md", "--offline"], /binary/i],
  ["a file that is not UTF-8", ["latin1.md", "--offline"], /UTF-8/],
  ["a file of 50 MB", ["huge.md", "--offline"], /MB|MiB|bytes/],
  ["a folder without a specification", ["no-specs", "--offline"], /no-specs/],
  ["an unknown option", ["good.md", "--offline", "--fast"], /unknown option '--fast'/],
  ["no specification", ["--offline"], /missing required argument 'spec'/],
  ["an output directory that cannot be made", ["good.md", "--offline", "-o", "a-file/out"], /a-file/],
  ["an output directory that is a file", ["good.md", "--offline", "-o", "a-file"], /a-file.*file/],
  ["a custom MCP file that is missing", ["good.md", "--offline", "--custom-mcp", "nope.yaml"], /nope\.yaml/],
  ["a custom MCP file that is no YAML", ["good.md", "--offline", "--custom-mcp", "broken.yaml"], /broken\.yaml/],
  ["a custom MCP file with a wrong field", ["good.md", "--offline", "--custom-mcp", "wrong.yaml"], /scanner.*command/s],
  ["a templates folder that is missing", ["good.md", "--offline", "--templates", "nope"], /nope/],
  ["a cap of 0", ["good.md", "--offline", "--max-cost", "0"], /above 0/],
  ["a cap that is no number", ["good.md", "--offline", "--max-cost", "lots"], /--max-cost.*number/],
  ["a project name with a slash", ["good.md", "--offline", "--project-name", "../up"], /project name/],
  ["--offline with --model", ["good.md", "--offline", "--model", "claude-opus-5-5"], /--offline.*--model/],
  ["a base URL that is none", ["good.md", "--base-url", "somewhere"], /--base-url.*somewhere/],
  [
    "a malformed time limit",
    ["good.md", "--offline"],
    /CLAUDE_BUILD_TIMEOUT.*"soon"/,
    { CLAUDE_BUILD_TIMEOUT: "soon" },
  ],
  ["a malformed cap", ["good.md", "--offline"], /CLAUDE_BUILD_MAX_COST.*"5 EUR"/, { CLAUDE_BUILD_MAX_COST: "5 EUR" }],
  [
    "a malformed log level",
    ["good.md", "--offline"],
    /CLAUDE_BUILD_LOG_LEVEL.*"loud"/,
    { CLAUDE_BUILD_LOG_LEVEL: "loud" },
  ],
];

describe("bad input is said clearly, exits 2 and leaves nothing behind", () => {
  test.for(cases)("%s", async ([, args, expected, environment]) => {
    const before = readdirSync(cwd);
    const run = await runCcb({ args: ["init", ...args], cwd, ...(environment ? { environment } : {}) });
    expect(run.stderr).toMatch(expected);
    expect(run.stderr).not.toMatch(/\n\s+at |bug in CCB/);
    expect(run.code).toBe(2);
    expect(readdirSync(cwd)).toEqual(before);
  });
});

test("without a key it says so and names the ways out, with exit code 3", async () => {
  const run = await runCcb({ args: ["init", "good.md"], cwd });
  expect(run.code).toBe(3);
  for (const way of ["ANTHROPIC_API_KEY", "--base-url", "--offline", "--dry-run"]) expect(run.stderr).toContain(way);
});

test("an unknown command exits 2; version and help exit 0", async () => {
  expect(await runCcb({ args: ["frobnicate"], cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("frobnicate"),
  });
  expect(await runCcb({ args: ["--version"], cwd })).toMatchObject({ code: 0, stdout: "0.1.0\n" });
  expect(await runCcb({ args: ["init", "--help"], cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Exit codes: 0 done"),
  });
});
