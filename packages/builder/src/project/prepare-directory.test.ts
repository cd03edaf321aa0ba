import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@ccb/core";
import { acquireLock } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareDirectory } from "./prepare-directory.ts";

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ccb-prepare-"));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const prepare = () =>
  prepareDirectory({
    cwd,
    outputDirectory: "out",
    projectName: "shop",
    clock: systemClock,
    onExisting: async () => "backup",
  });

test("a build that was killed before it had a journal leaves nothing to move aside", async () => {
  const first = await prepare();
  if (!first) throw new Error("nothing was prepared");
  // As after a kill: the lock is free, its files are there, and .gitignore was cut.
  const { paths } = first;
  const lock = acquireLock({ directory: paths.checkpoints });
  const holder = readFileSync(join(paths.checkpoints, "lock.json"));
  if (lock.acquired) lock.lock.release();
  writeFileSync(join(paths.checkpoints, "lock.json"), holder);
  writeFileSync(join(paths.checkpoints, "lock.json.new"), "{");
  writeFileSync(join(paths.root, ".gitignore"), "node_mod");
  expect(await prepare()).toEqual({ paths, resumed: false, backup: undefined });
  expect(readdirSync(cwd)).toEqual(["out"]);
  expect(readFileSync(join(paths.root, ".gitignore"), "utf8")).toContain(".memory/");
});

test.each([
  ["a file of the user", () => writeFileSync(join(cwd, "out", "notes.txt"), "mine")],
  ["an empty folder of the user", () => mkdirSync(join(cwd, "out", "src"))],
  ["a .gitignore of the user", () => writeFileSync(join(cwd, "out", ".gitignore"), "node_modules/\ndist/\n")],
  ["an artifact", () => writeFileSync(join(cwd, "out", "artifacts", "plan.md"), "")],
])("%s beside what was begun is moved aside with it", async (_, add) => {
  await prepare();
  add();
  const again = await prepare();
  expect(again).toMatchObject({ resumed: false, backup: expect.stringContaining("out.backup_") });
  expect(existsSync(again?.backup ?? "")).toBe(true);
});
