import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Check } from "@ccb/core";
import { expect, test } from "vitest";
import { createTestProject, isRunning, waitFor } from "../_test-project.ts";
import { runCheck } from "./run-check.ts";

const ids = { criterionId: "c1", phaseId: "p1" };

interface Row {
  name: string;
  check: Check;
  passed: boolean;
  summary: RegExp;
}

const command = (text: string, expectation: object = {}, timeoutMs?: number): Check => ({
  kind: "command",
  command: text,
  expect: { exitCode: 0, ...expectation },
  ...(timeoutMs ? { timeoutMs } : {}),
});
const file = (path: string, expectation: object = {}): Check => ({
  kind: "file",
  path,
  expect: { exists: true, ...expectation },
});

const rows: Row[] = [
  { name: "exit code", check: command("exit 3", { exitCode: 3 }), passed: true, summary: /"exit 3": 3, as expected/ },
  { name: "wrong exit code", check: command("exit 3"), passed: false, summary: /expected 0, received 3/ },
  { name: "unknown program", check: command("no-such-program-here"), passed: false, summary: /received 127/ },
  { name: "ended by a signal", check: command("kill -9 $$"), passed: false, summary: /received 137 \(SIGKILL\)/ },
  {
    name: "stdout",
    check: command("echo one; echo two", { stdoutIncludes: ["two"], stdoutMatches: "^two$" }),
    passed: true,
    summary: /and 2 more/,
  },
  {
    name: "stderr is not stdout",
    check: command("echo two >&2", { stdoutIncludes: ["two"] }),
    passed: false,
    summary: /stdout: expected contains "two"/,
  },
  {
    name: "wrong expression",
    check: command("true", { stdoutMatches: "(" }),
    passed: false,
    summary: /expected a valid regular expression/,
  },
  {
    name: "endless expression",
    check: command(`printf '${"a".repeat(40)}b'`, { stdoutMatches: "^(a+)+$" }),
    passed: false,
    summary: /backtracks without end/,
  },
  { name: "timeout", check: command("sleep 60", {}, 200), passed: false, summary: /still running after 200 ms, ended/ },
  {
    name: "closed stdin",
    check: command("read line && echo got || echo closed", { stdoutIncludes: ["closed"] }),
    passed: true,
    summary: /0, as expected/,
  },
  {
    name: "file",
    check: file("notes.txt", { contains: ["second"], matches: "^first$" }),
    passed: true,
    summary: /exists, as expected \(and 2 more\)/,
  },
  {
    name: "missing file",
    check: file("nothing.txt"),
    passed: false,
    summary: /expected exists, received does not exist/,
  },
  {
    name: "file that must not be",
    check: file("nothing/at/all.txt", { exists: false }),
    passed: true,
    summary: /does not exist, as expected/,
  },
  {
    name: "text not in the file",
    check: file("notes.txt", { contains: ["third"] }),
    passed: false,
    summary: /expected contains "third", received not in "first/,
  },
  {
    name: "a folder has no text",
    check: file("folder", { contains: ["x"] }),
    passed: false,
    summary: /received a folder/,
  },
  { name: "link inside", check: file("inside.txt", { contains: ["first"] }), passed: true, summary: /exists/ },
  {
    name: "path out by dots",
    check: file("../secret.txt"),
    passed: false,
    summary: /path inside the project directory, received a path with "\.\."/,
  },
  { name: "absolute path", check: file("/etc/hostname"), passed: false, summary: /received an absolute path/ },
  {
    name: "path out by a link",
    check: file("outside/secret.txt"),
    passed: false,
    summary: /outside is a link that leads out of it/,
  },
  {
    name: "absence out by a link",
    check: file("outside/other.txt", { exists: false }),
    passed: false,
    summary: /leads out of it/,
  },
  { name: "link to nothing", check: file("dangling.txt"), passed: false, summary: /received does not exist/ },
  {
    name: "contradiction",
    check: file("nothing.txt", { exists: false, contains: ["x"] }),
    passed: false,
    summary: /does not contradict itself/,
  },
];

test.each(rows)("$name", async ({ check, passed, summary }) => {
  await using project = await createTestProject({ "notes.txt": "first\nsecond\n" });
  const elsewhere = await mkdtemp(join(tmpdir(), "ccb-elsewhere-"));
  try {
    await writeFile(join(elsewhere, "secret.txt"), "secret");
    await mkdir(join(project.cwd, "folder"));
    await symlink("notes.txt", join(project.cwd, "inside.txt"));
    await symlink("gone.txt", join(project.cwd, "dangling.txt"));
    await symlink(elsewhere, join(project.cwd, "outside"));
    const evidence = await runCheck({ ...ids, check, cwd: project.cwd, commit: "abc" });
    expect(evidence.summary).toMatch(summary);
    expect(evidence).toMatchObject({ ...ids, passed, commit: "abc", checkKind: check.kind });
    for (const seen of evidence.observations) expect(seen.expected && seen.received && seen.what).toBeTruthy();
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
});

test("the checked program sees PATH, HOME, LANG and what is given, and nothing else of ours", async () => {
  await using project = await createTestProject();
  const saved = process.env.ANTHROPIC_API_KEY;
  process.env.ANTHROPIC_API_KEY = "sk-ant-must-not-leak-0123456789";
  try {
    const check = command("env");
    const { output } = await runCheck({ ...ids, check, cwd: project.cwd, env: { GREETING: "hello" } });
    expect(output).toContain("GREETING=hello");
    expect(output).toMatch(/^PATH=/m);
    expect(output).not.toContain("ANTHROPIC");
    const names = output
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    expect(names.sort()).toEqual(["CCB_PROCESS_FAMILY", "GREETING", "HOME", "LANG", "PATH", "PWD"]);
  } finally {
    if (saved === undefined) delete process.env.ANTHROPIC_API_KEY;
    else process.env.ANTHROPIC_API_KEY = saved;
  }
});

test("output is cut to its last 16 KiB at a character", async () => {
  await using project = await createTestProject();
  const check = command(`node -e 'console.log("ä".repeat(200000) + "END")'`, { stdoutIncludes: ["END"] });
  const { output, passed } = await runCheck({ ...ids, check, cwd: project.cwd });
  expect(passed).toBe(true);
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(16 * 1024);
  expect(Buffer.byteLength(output)).toBeGreaterThan(16 * 1024 - 4);
  expect(output.startsWith("ä") && output.endsWith("END\n")).toBe(true);
});

test("a folder that is not there is evidence that did not pass", async () => {
  for (const check of [command("true"), file("a.txt")]) {
    const evidence = await runCheck({ ...ids, check, cwd: "/no/such/folder" });
    expect(evidence.passed).toBe(false);
    expect(evidence.summary).toContain("/no/such/folder");
  }
});

test("a command that ignores SIGTERM, and what it left in the background, are gone after the timeout", async () => {
  await using project = await createTestProject();
  const text = "trap '' TERM; (trap '' TERM; echo $$ > parent.txt; sleep 300 & echo $! > child.txt; wait)";
  const evidence = await runCheck({ ...ids, check: command(text, {}, 300), cwd: project.cwd });
  expect(evidence.passed).toBe(false);
  for (const name of ["parent.txt", "child.txt"]) {
    expect(isRunning(Number(await readFile(join(project.cwd, name), "utf8")))).toBe(false);
  }
});

test("a background process of a command that ended well is ended, and does not hold the check up", async () => {
  await using project = await createTestProject();
  const evidence = await runCheck({ ...ids, check: command("sleep 300 & echo $! > child.txt"), cwd: project.cwd });
  expect(evidence.passed).toBe(true);
  expect(isRunning(Number(await readFile(join(project.cwd, "child.txt"), "utf8")))).toBe(false);
});

test("a process that made a session of its own is found and ended too", async () => {
  await using project = await createTestProject({
    "run.mjs": `import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
const child = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
writeFileSync("child.txt", String(child.pid));
child.unref();`,
  });
  const evidence = await runCheck({ ...ids, check: command("node run.mjs"), cwd: project.cwd });
  expect(evidence.passed).toBe(true);
  expect(isRunning(Number(await readFile(join(project.cwd, "child.txt"), "utf8")))).toBe(false);
});

test("an aborted check rejects with the signal's reason and leaves no process", async () => {
  await using project = await createTestProject();
  const controller = new AbortController();
  const running = runCheck({
    ...ids,
    check: command("sleep 300 & echo $! > child.txt; wait"),
    cwd: project.cwd,
    signal: controller.signal,
  });
  const read = () => readFile(join(project.cwd, "child.txt"), "utf8").catch(() => "");
  await waitFor(async () => (await read()).endsWith("\n"));
  controller.abort(new Error("stopped by the user"));
  await expect(running).rejects.toThrow("stopped by the user");
  expect(isRunning(Number(await read()))).toBe(false);
});

test("times come from the clock", async () => {
  await using project = await createTestProject();
  let ms = 0;
  const clock = { now: () => new Date("2026-01-02T03:04:05Z"), monotonicMs: () => (ms += 250) };
  const evidence = await runCheck({ ...ids, check: command("true"), cwd: project.cwd, clock });
  expect(evidence).toMatchObject({ startedAt: "2026-01-02T03:04:05.000Z", durationMs: 250 });
});
