import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRepository } from "./open-repository.ts";
import { readHead } from "./read-head.ts";

let root = "";
const gitIn = (cwd: string, ...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], { cwd, encoding: "utf8" }).trim();
const git = (...args: string[]) => gitIn(root, ...args);
const commit = () => git("commit", "--quiet", "--allow-empty", "-m", "x");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccb-head-"));
  git("init", "--quiet", "--initial-branch=main");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("reads what git says of a branch, a branch with slashes, a detached HEAD and a worktree", () => {
  commit();
  expect(readHead(root)).toBe(git("rev-parse", "HEAD"));
  git("switch", "--quiet", "-c", "feature/deep/er");
  commit();
  expect(readHead(root)).toBe(git("rev-parse", "HEAD"));
  git("switch", "--quiet", "--detach", "HEAD^");
  expect(readHead(root)).toBe(git("rev-parse", "HEAD"));
  for (const how of [["--detach"], ["-b", "side"]]) {
    const place = join(root, `tree-${how.length}`);
    git("worktree", "add", "--quiet", ...how, place);
    gitIn(place, "commit", "--quiet", "--allow-empty", "-m", "y");
    expect(readHead(place)).toBe(gitIn(place, "rev-parse", "HEAD"));
  }
});

test("knows nothing where git has to be asked, and the repository then asks it", async () => {
  const repository = openRepository({ directory: root, environment: { PATH: process.env.PATH ?? "" } });
  expect(readHead(root)).toBeUndefined();
  expect(await repository.head()).toBeUndefined();
  commit();
  git("pack-refs", "--all");
  expect(readHead(root)).toBeUndefined();
  expect(await repository.head()).toBe(git("rev-parse", "HEAD"));
  writeFileSync(join(root, ".git", "HEAD"), "nonsense\n");
  expect(readHead(root)).toBeUndefined();
});
