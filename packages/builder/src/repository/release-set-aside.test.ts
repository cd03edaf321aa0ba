import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { releaseSetAside } from "./release-set-aside.ts";

let root = "";
const environment = { PATH: process.env.PATH ?? "" };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccb-aside-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function git(args: string[], at = "2026-11-01T00:00:00Z"): string {
  const who = ["-c", "user.name=t", "-c", "user.email=t@localhost"];
  const env = { ...process.env, GIT_COMMITTER_DATE: at };
  return execFileSync("git", [...who, ...args], { cwd: root, encoding: "utf8", env }).trim();
}

test("lets go of what was set aside before the moment and of nothing else", async () => {
  git(["init", "--quiet", "--initial-branch=main"]);
  git(["commit", "--quiet", "--allow-empty", "-m", "built"]);
  const tree = git(["rev-parse", "HEAD^{tree}"]);
  const setAside = (name: string, at: string) =>
    git(["update-ref", `refs/ccb/${name}`, git(["commit-tree", tree, "-m", name], at)]);
  setAside("set-aside/old", "2026-11-02T00:00:00Z");
  setAside("set-aside/new", "2026-11-20T00:00:00Z");
  setAside("done/task", "2026-11-02T00:00:00Z");

  const beforeMs = Date.parse("2026-11-10T00:00:00Z");
  expect(await releaseSetAside({ directory: root, environment, beforeMs })).toEqual(["refs/ccb/set-aside/old"]);
  expect(git(["for-each-ref", "--format=%(refname)"]).split("\n")).toEqual([
    "refs/ccb/done/task",
    "refs/ccb/set-aside/new",
    "refs/heads/main",
  ]);
  expect(await releaseSetAside({ directory: root, environment, beforeMs })).toEqual([]);
});

test("finds nothing where there is no repository", async () => {
  expect(await releaseSetAside({ directory: root, environment, beforeMs: Date.now() })).toEqual([]);
});
