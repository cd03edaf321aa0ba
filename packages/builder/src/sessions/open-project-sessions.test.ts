import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readProcessRecord } from "@ccb/claude-code";
import { systemClock } from "@ccb/core";
import { acquireLock, openStore } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { journalMigrations } from "../journal/journal-migrations.ts";
import { planProjectPaths } from "../project/project-paths.ts";
import { openProjectSessions } from "./open-project-sessions.ts";
import { sessionMigrations } from "./session-migrations.ts";
import { createSessionRegistry } from "./session-registry.ts";

const passphrase = "a passphrase of some length";
const day = 24 * 3600_000;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "ccb-sessions-"));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const paths = () => planProjectPaths(root);
const sessions = () => openProjectSessions({ directory: root });
const place = (name: string) => join(paths().sessionHome, ".claude", "projects", name);
const names = () => readdirSync(place("."), { recursive: true, encoding: "utf8" }).sort();

/** A register at a time, and the file of a session. */
function register(at = new Date()) {
  const store = openStore({ path: paths().database, migrations: [journalMigrations, sessionMigrations] });
  const registry = createSessionRegistry({ store, clock: { ...systemClock, now: () => at } });
  return Object.assign(registry, { close: () => store.close() });
}

async function write(name: string, text: string, ageMs = 0): Promise<void> {
  await mkdir(dirname(place(name)), { recursive: true });
  await writeFile(place(name), text, { mode: 0o600 });
  const at = new Date(Date.now() - ageMs);
  await utimes(place(name), at, at);
}

/** Two sessions in one project: "one" with a long tool result, "two". */
async function prepare(): Promise<void> {
  const registry = register();
  for (const id of ["one", "two"]) {
    const session = registry.begin({ task: `task-${id}`, phase: "core", attempt: 1 });
    session.observe({ type: "session-started", sessionId: id, mcpServers: [] });
    session.ended("done");
  }
  registry.close();
  await write("-project/one.jsonl", '{"secret":"one"}\n');
  await write("-project/one/tool-results/b1.txt", "a long secret result");
  await write("-project/two.jsonl", '{"secret":"two"}\n');
}

test("lists what is registered with its transcript: ended, running, cut, and a transcript nobody registered", async () => {
  await prepare();
  const registry = register();
  registry.begin({ task: "runs", phase: "core", attempt: 1 }).observe({ type: "process-started", pid: process.pid });
  const gone = spawn(process.execPath, ["-e", "process.stdin.resume()"]);
  await once(gone, "spawn");
  registry.begin({ task: "cut", phase: "core", attempt: 2 }).observe({ type: "process-started", pid: gone.pid ?? 0 });
  gone.kill("SIGKILL");
  await once(gone, "exit");
  expect(registry.listOpen().map(({ task }) => task)).toEqual(["runs", "cut"]);
  expect(registry.listOpen().map((session) => session.process?.pid)).toEqual([process.pid, gone.pid]);
  expect(registry.listOpen()[0]?.process).toEqual(readProcessRecord(process.pid));
  registry.close();
  await write("-project/stray.jsonl", "{}\n", 2 * day);

  const listed = await sessions().list();
  expect(listed.map(({ task, state, transcript }) => [task, state, transcript])).toEqual([
    [undefined, "ended", "readable"],
    ["task-one", "ended", "readable"],
    ["task-two", "ended", "readable"],
    ["runs", "running", "missing"],
    ["cut", "cut", "missing"],
  ]);
  expect(listed[1]).toMatchObject({
    sessionId: "one",
    attempt: 1,
    outcome: "done",
    bytes: 37,
    transcriptPath: ".checkpoints/home/.claude/projects/-project/one.jsonl",
  });
});

test("encrypts every file of every session and gives each back byte for byte, with its time and for its owner only", async () => {
  await prepare();
  await write("-project/one.jsonl", '{"secret":"one"}\n', 40 * day);
  await write("-project/torn.jsonl.123.tmp", "half");
  const before = statSync(place("-project/one.jsonl")).mtimeMs;
  const { files } = await sessions().encrypt(passphrase);
  expect(files).toEqual(["-project/one.jsonl", "-project/one/tool-results/b1.txt", "-project/two.jsonl"]);
  expect(names()).toEqual([
    "-project",
    "-project/one",
    "-project/one.jsonl.enc",
    "-project/one/tool-results",
    "-project/one/tool-results/b1.txt.enc",
    "-project/two.jsonl.enc",
  ]);
  for (const name of names().filter((name) => name.endsWith(".enc"))) {
    expect(readFileSync(place(name), "latin1")).not.toContain("secret");
    expect(statSync(place(name)).mode & 0o777).toBe(0o600);
  }
  expect((await sessions().list()).map(({ transcript }) => transcript)).toEqual(["encrypted", "encrypted"]);

  await sessions().decrypt(passphrase);
  expect(readFileSync(place("-project/one.jsonl"), "utf8")).toBe('{"secret":"one"}\n');
  expect(readFileSync(place("-project/one/tool-results/b1.txt"), "utf8")).toBe("a long secret result");
  expect(statSync(place("-project/one.jsonl")).mode & 0o777).toBe(0o600);
  expect(Math.abs(statSync(place("-project/one.jsonl")).mtimeMs - before)).toBeLessThan(2);
  expect(names().some((name) => name.endsWith(".enc"))).toBe(false);
});

test("a wrong passphrase is said and changes nothing, neither in opening nor in sealing more", async () => {
  await prepare();
  await sessions().encrypt(passphrase);
  await write("-project/three.jsonl", "{}\n");
  const before = names();
  const wrong = { code: "bad-input", message: expect.stringMatching(/one\.jsonl\.enc.*Nothing was changed/) };
  await expect(sessions().decrypt("another passphrase")).rejects.toMatchObject(wrong);
  await expect(sessions().encrypt("another passphrase")).rejects.toMatchObject(wrong);
  await expect(sessions().encrypt("short")).rejects.toMatchObject({ code: "usage" });
  expect(names()).toEqual(before);
  expect((await sessions().encrypt(passphrase)).files).toEqual(["-project/three.jsonl"]);
});

test("goes on where an interruption left both copies, and loses neither of two that differ", async () => {
  await prepare();
  await sessions().encrypt(passphrase);
  const sealed = readFileSync(place("-project/two.jsonl.enc"));
  await sessions().decrypt(passphrase);
  await writeFile(place("-project/two.jsonl.enc"), sealed);
  await writeFile(place("-project/two.jsonl"), '{"secret":"two"}\n{"more":1}\n');
  await sessions().decrypt(passphrase);
  expect(readFileSync(place("-project/two.jsonl"), "utf8")).toContain("more");
  expect(existsSync(place("-project/two.jsonl.enc"))).toBe(false);

  await writeFile(place("-project/two.jsonl.enc"), sealed);
  await writeFile(place("-project/two.jsonl"), "{}\n");
  await expect(sessions().decrypt(passphrase)).rejects.toMatchObject({
    message: expect.stringContaining("both were kept"),
  });
  expect(existsSync(place("-project/two.jsonl")) && existsSync(place("-project/two.jsonl.enc"))).toBe(true);
});

test("cleans by age: entries, transcripts and results, but nothing that was resumed since", async () => {
  const old = register(new Date(Date.now() - 40 * day));
  for (const id of ["old", "resumed"]) {
    const session = old.begin({ task: id, phase: "core", attempt: 1 });
    session.observe({ type: "session-started", sessionId: id, mcpServers: [] });
    session.ended("failed");
  }
  old.begin({ task: "cut", phase: "core", attempt: 1 });
  old.close();
  const recent = register();
  const again = recent.begin({ task: "resumed", phase: "core", attempt: 2 });
  again.observe({ type: "session-started", sessionId: "resumed", mcpServers: [] });
  again.ended("done");
  recent.close();
  await write("-project/old.jsonl", "12345");
  await write("-project/old/tool-results/b.txt", "12345");
  await write("-project/resumed.jsonl", "12345");
  await write("-project/stray.jsonl", "12345", 31 * day);

  const { removed, bytes } = await sessions().clean({ olderThanMs: 30 * day, environment: {} });
  expect(removed.map(({ task, sessionId }) => task ?? sessionId)).toEqual(["old", "resumed", "cut", "stray"]);
  expect(bytes).toBe(15);
  expect(names()).toEqual(["-project", "-project/resumed.jsonl"]);
  expect((await sessions().list()).map(({ task, attempt }) => [task, attempt])).toEqual([["resumed", 2]]);
});

test("changes nothing while a build holds the directory, but lists", async () => {
  await prepare();
  const held = acquireLock({ directory: paths().checkpoints });
  if (!held.acquired) throw new Error("nobody holds it");
  const locked = { code: "locked", message: expect.stringContaining(`process ${process.pid}`) };
  await expect(sessions().clean({ olderThanMs: 0, environment: {} })).rejects.toMatchObject(locked);
  await expect(sessions().encrypt(passphrase)).rejects.toMatchObject(locked);
  expect(await sessions().list()).toHaveLength(2);
  held.lock.release();
  expect((await sessions().encrypt(passphrase)).files).toHaveLength(3);
});

test("a project of a version without a register still lists its transcripts", async () => {
  openStore({ path: paths().database, migrations: [journalMigrations] }).close();
  await write("-project/x.jsonl", "{}\n");
  expect(await sessions().list()).toMatchObject([{ sessionId: "x", task: undefined }]);
});
