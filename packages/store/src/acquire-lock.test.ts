import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcbError } from "@ccb/core/errors";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireLock, findLockHolder, type Lock } from "./acquire-lock.ts";

let folder = "";
const holders: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-lock-"));
});
afterEach(() => {
  for (const holder of holders.splice(0)) holder.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function startHolder(...flags: string[]) {
  const program = join(import.meta.dirname, "fixtures/hold-lock.ts");
  const holder = spawn(process.execPath, ["--conditions=ccb-source", ...flags, program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  holders.push(holder);
  return holder;
}

function take(directory: string): Lock {
  const result = acquireLock({ directory });
  if (!result.acquired) throw new Error(`held by ${JSON.stringify(result.by)}`);
  return result.lock;
}

test("one holder at a time; the second is told who, and gets it after release", () => {
  const directory = join(folder, "project");
  const first = take(directory);
  const second = acquireLock({ directory });
  expect(second).toEqual({ acquired: false, by: first.holder });
  expect(first.holder.pid).toBe(process.pid);
  expect(JSON.parse(readFileSync(join(directory, "lock.json"), "utf8"))).toEqual(first.holder);
  expect(findLockHolder({ directory })).toEqual(first.holder);
  first.release();
  first.release();
  expect(findLockHolder({ directory })).toBeUndefined();
  take(directory).release();
});

test("locks of different names do not meet", () => {
  const first = take(folder);
  const other = acquireLock({ directory: folder, name: "other" });
  expect(other.acquired).toBe(true);
  if (other.acquired) other.lock.release();
  first.release();
});

test("a holder killed with -9 loses the lock at once, and is not named any more", async () => {
  const holder = startHolder();
  const [line] = await once(holder.stdout, "data");
  expect(String(line).trim()).toBe("true");
  const whileHeld = acquireLock({ directory: folder });
  expect(whileHeld).toMatchObject({ acquired: false, by: { pid: holder.pid } });
  expect(findLockHolder({ directory: folder })).toMatchObject({ pid: holder.pid });
  holder.kill("SIGKILL");
  await once(holder, "close");
  expect(findLockHolder({ directory: folder })).toBeUndefined();
  // The file it left names a pid; that another process has it by now does not make it the holder.
  const left = JSON.parse(readFileSync(join(folder, "lock.json"), "utf8"));
  writeFileSync(join(folder, "lock.json"), JSON.stringify({ ...left, pid: process.pid }));
  expect(findLockHolder({ directory: folder })).toBeUndefined();
  const lock = take(folder);
  expect(lock.holder.pid).toBe(process.pid);
  lock.release();
});

test("a lock is held although nobody refers to it any more and garbage is collected", async () => {
  const holder = startHolder("--expose-gc");
  await once(holder.stdout, "data");
  const [line] = await once(holder.stdout, "data");
  expect(String(line).trim()).toBe("collected");
  expect(acquireLock({ directory: folder })).toMatchObject({ acquired: false });
});

test("looking for the holder takes nothing and makes nothing", () => {
  expect(findLockHolder({ directory: join(folder, "nowhere") })).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test("a torn or stale holder file only means that the holder is not known", () => {
  const lock = take(folder);
  writeFileSync(join(folder, "lock.json"), '{"pid":');
  expect(acquireLock({ directory: folder })).toEqual({ acquired: false, by: undefined });
  writeFileSync(join(folder, "lock.json"), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "2026-01-01T00:00:00Z" }));
  expect(acquireLock({ directory: folder })).toEqual({ acquired: false, by: undefined });
  lock.release();
});

test("a folder that cannot be made is named", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  let error: unknown;
  try {
    acquireLock({ directory: join(file, "below") });
  } catch (caught) {
    error = caught;
  }
  expect(CcbError.isInstance(error) && error.code).toBe("store-failed");
  expect(CcbError.isInstance(error) && error.message).toContain(join(file, "below"));
});
