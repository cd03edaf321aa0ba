import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runCcb, startCcb } from "../test-support/run-ccb.ts";

/** Holds a project's lock until it is killed, as a build does. */
const holder = `
const { DatabaseSync } = require("node:sqlite");
const { writeFileSync } = require("node:fs");
const [folder] = process.argv.slice(1);
const database = new DatabaseSync(folder + "/lock.db");
database.exec("BEGIN EXCLUSIVE");
writeFileSync(folder + "/lock.json", JSON.stringify({ pid: process.pid, startedAt: new Date().toISOString() }));
console.log("held");
setInterval(() => database.isOpen, 1000);
`;

let cwd: string;
let planned: string;
/** A copy of the planned project that a test may change. */
let project: string;
let copies = 0;

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-project-")));
  await writeFile(join(cwd, "spec.md"), "# Shop\n\n- FR-1: The service must list goods.\n- FR-2: It must sell them.\n");
  const made = await runCcb({ args: ["init", "spec.md", "--dry-run"], cwd });
  expect(made.stderr).toBe("");
  planned = join("claude-builds", String(readdirSync(join(cwd, "claude-builds"))[0]));
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

beforeEach(() => {
  project = `copy-${++copies}`;
  cpSync(join(cwd, planned), join(cwd, project), { recursive: true });
});

const run = (args: string[], environment: Record<string, string> = {}) => runCcb({ args, cwd, environment });

/** Writes down what a build would. */
function note(...bodies: Record<string, unknown>[]): void {
  const database = new DatabaseSync(join(cwd, project, ".checkpoints", "build.db"));
  for (const body of bodies) {
    const row = database.prepare("SELECT max(sequence) AS last FROM events").get();
    const sequence = Number(row?.last ?? 0) + 1;
    const at = new Date().toISOString();
    const insert = database.prepare("INSERT INTO events (sequence, at, type, body) VALUES (?, ?, ?, ?)");
    insert.run(sequence, at, String(body.type), JSON.stringify({ ...body, sequence, at }));
  }
  database.close();
}

async function hold(): Promise<{ end: () => Promise<void> }> {
  const args = ["-e", holder, join(cwd, project, ".checkpoints")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    async end() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

const begin = { type: "build-start", build: "b", project: "shop", directory: "/", model: "m-1", resumed: false };
const readPlan = () => JSON.parse(readFileSync(join(cwd, project, "artifacts", "plan.json"), "utf8"));
const startTask = () => {
  const [{ id: phase, tasks }] = readPlan().phases;
  return { type: "task-start", phase, task: tasks[0].id, name: "first", attempt: 2 };
};
const ended = {
  type: "build-end",
  outcome: "acceptance-failed",
  reason: "Not accepted.",
  directory: "/",
  costMicroUsd: 0,
  durationMs: 5,
};

describe("ccb status", () => {
  test("without a folder it shows the newest build under claude-builds, or the one it stands in", async () => {
    const newest = await run(["status"]);
    expect(newest).toMatchObject({ code: 0, stderr: "" });
    expect(newest.stdout).toMatch(/^shop · claude-opus-5-5 · claude-builds\/shop_/);
    expect(newest.stdout).toContain("planned");
    expect(newest.stdout).toContain(`ccb init ${planned}/artifacts/specification.md --output-dir ${planned}`);
    const inside = await runCcb({ args: ["status"], cwd: join(cwd, planned) });
    expect(inside.stdout).toMatch(/^shop · claude-opus-5-5 · \.\n/);
  });

  test("a build whose process was killed is interrupted, what it did is cut, and the way on is named", async () => {
    const held = await hold();
    note(begin, { ...startTask() }, { type: "warning", message: "Look \u001b[2Jout\nhere" });
    const alive = JSON.parse((await run(["status", project, "--json"])).stdout);
    expect(alive).toMatchObject({ state: "running", holder: { pid: expect.any(Number) }, tasks: { running: 1 } });
    await held.end();
    const { code, stdout } = await run(["status", project]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/interrupted · 0\/\d+ tasks/);
    expect(stdout).toMatch(/! .*\(try 2\) +cut; it is done again/);
    expect(stdout).toMatch(/Problems +Look out here\n/);
    expect(stdout).toMatch(new RegExp(`Go on with +ccb resume ${project} `));
    expect(existsSync(join(cwd, project, ".checkpoints", "lock.db"))).toBe(true);
  });

  test("--watch follows a build to its end, and ends with its exit code", async () => {
    const held = await hold();
    note(begin);
    const { child, ended: watching } = startCcb({ args: ["status", project, "--watch"], cwd });
    await once(child.stdout, "data");
    note(startTask());
    await once(child.stdout, "data");
    note(ended);
    const { code, stdout } = await watching;
    await held.end();
    expect(code).toBe(5);
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^running · 0\/\d+ tasks · 0\/\d+ criteria · \$0\.00$/);
    expect(lines[1]).toMatch(new RegExp(`^running · .* · ${startTask().task}$`));
    expect(stdout).toMatch(/acceptance-failed · .*Ended +Not accepted\./s);
  });

  test("--watch ends with exit code 6 when the build's process is killed", async () => {
    const held = await hold();
    note(begin);
    const { child, ended: watching } = startCcb({ args: ["status", project, "--watch", "--json"], cwd });
    const [first] = await once(child.stdout, "data");
    expect(JSON.parse(String(first))).toMatchObject({ state: "running" });
    await held.end();
    expect((await watching).code).toBe(6);
  });
});

describe("ccb sessions", () => {
  const place = (name: string) => join(cwd, project, ".checkpoints", "home", ".claude", "projects", "-p", name);
  const key = { CLAUDE_CODE_BUILDER_SESSION_KEY: "a long passphrase" };
  const answer = (id: string, content: unknown[]) => JSON.stringify({ type: "assistant", message: { id, content } });

  beforeEach(() => {
    mkdirSync(place("."), { recursive: true });
    const lines = [
      JSON.stringify({ type: "user", message: { content: "Do it." } }),
      answer("m1", [{ type: "tool_use", name: "Write", input: {} }]),
      answer("m1", [{ type: "tool_use", name: "Write", input: {} }]),
      answer("m2", [{ type: "text", text: "It is\nmade." }]),
      '{"torn',
    ];
    writeFileSync(place("abc-1.jsonl"), lines.join("\n"));
    writeFileSync(place("abd-2.jsonl"), "{}\n");
  });

  test("list and show say what there is", async () => {
    expect((await run(["sessions", "list", project])).stdout).toMatch(/abc-1 .*readable \(\d+ B\)/);
    const { sessions } = JSON.parse((await run(["sessions", "list", project, "--json"])).stdout);
    expect(sessions.map(({ sessionId }: { sessionId: string }) => sessionId).sort()).toEqual(["abc-1", "abd-2"]);
    const shown = await run(["sessions", "show", "abc", project]);
    expect(shown.stdout).toMatch(/2 answers to 1 input\n.*Write 2\n.*It is made\.\n/);
    expect(await run(["sessions", "show", "ab", project])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("beginning of 2 sessions"),
    });
    expect(await run(["sessions", "show", "x", project])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no session or task "x".*ccb sessions list/s),
    });
  });

  test("encrypt and decrypt take the passphrase from the environment, and refuse a wrong one", async () => {
    const without = await run(["sessions", "encrypt", project]);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("CLAUDE_CODE_BUILDER_SESSION_KEY") });
    const encrypted = await run(["sessions", "encrypt", project], key);
    expect(encrypted).toMatchObject({ code: 0, stdout: `2 files encrypted in ${project}\n` });
    expect(existsSync(place("abc-1.jsonl"))).toBe(false);
    expect((await run(["sessions", "show", "abc", project])).stdout).toMatch(/encrypted/);
    const wrong = await run(["sessions", "decrypt", project], {
      CLAUDE_CODE_BUILDER_SESSION_KEY: "another passphrase",
    });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("Nothing was changed") });
    const decrypted = await run(["sessions", "decrypt", project, "--json"], key);
    expect(JSON.parse(decrypted.stdout)).toEqual({ files: ["-p/abc-1.jsonl", "-p/abd-2.jsonl"] });
    expect(readFileSync(place("abd-2.jsonl"), "utf8")).toBe("{}\n");
  });

  test("clean removes by age, and nothing while a build holds the project", async () => {
    const held = await hold();
    expect(await run(["sessions", "clean", project, "--older-than", "0m"])).toMatchObject({
      code: 7,
      stderr: expect.stringContaining("left as they are"),
    });
    await held.end();
    const kept = await run(["sessions", "clean", project, "--older-than", "1h"]);
    expect(kept.stdout).toMatch(/^0 sessions removed/);
    const gone = await run(["sessions", "clean", project, "--older-than", "0m"]);
    expect(gone.stdout).toMatch(/^2 sessions removed/);
    expect((await run(["sessions", "list", project])).stdout).toMatch(/No session was started/);
  });
});

const badCalls: [what: string, args: string[], expected: RegExp][] = [
  ["a folder that is no project", ["status", "."], /is no CCB project.*ccb init/s],
  ["a folder that is not there", ["sessions", "list", "nowhere"], /nowhere is no CCB project/],
  ["cleaning without an age", ["sessions", "clean"], /--older-than/],
  ["an age without a unit", ["sessions", "clean", "--older-than", "30"], /number with m, h or d/],
  ["an unknown deed", ["sessions", "frob"], /unknown command 'frob'/],
];

test.for(badCalls)("bad input is said clearly and exits 2: %s", async ([, args, expected]) => {
  const { code, stderr } = await run(args);
  expect(stderr).toMatch(expected);
  expect(stderr).not.toMatch(/\n\s+at |bug in CCB/);
  expect(code).toBe(2);
});

test("a damaged journal is named, with what to do, and not taken for a bug", async () => {
  writeFileSync(
    join(cwd, project, ".checkpoints", "build.db"),
    "this is no database at all, but long enough to be read".repeat(100),
  );
  const { code, stderr } = await run(["status", project]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/build\.db is not an SQLite database/);
  expect(stderr).not.toMatch(/bug in CCB/);
});

test("--help of every command has an example, and the top one lists them", async () => {
  for (const command of [["status"], ["sessions", "list"], ["sessions", "clean"], ["sessions", "encrypt"]]) {
    const { code, stdout } = await run([...command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Example:\\n.*ccb ${command.join(" ")}`));
  }
  expect((await run(["--help"])).stdout).toMatch(/ status [\s\S]* sessions /);
});
