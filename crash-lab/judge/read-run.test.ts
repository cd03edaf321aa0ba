import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isLocked, listLeftFiles, readRepository } from "./read-run.ts";

let folder: string;
let project: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-lab-read-"));
  project = join(folder, "out");
  mkdirSync(join(project, ".checkpoints"), { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content = ""): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const git = (...args: string[]) => execFileSync("git", args, { cwd: project, encoding: "utf8" });

test("temporary files, locks and strange folders are found; what belongs there is not", () => {
  for (const path of [
    "spec.md",
    "out/src/a.js",
    "out/artifacts/plan.json",
    "out/.checkpoints/lock.db",
    "out/package-lock.json",
  ])
    write(path);
  write("out/.checkpoints/home/.claude/x.tmp");
  expect(listLeftFiles(folder, project)).toEqual([]);
  for (const path of [
    "out/artifacts/plan.json.77.tmp",
    "out/.git/index.lock",
    "out/.checkpoints/lock.json",
    "tmp/left",
    "out.worktrees/a",
  ])
    write(path);
  expect(listLeftFiles(folder, project)).toEqual([
    "out.worktrees (beside the project directory)",
    "out/.checkpoints/lock.json",
    "out/.git/index.lock",
    "out/artifacts/plan.json.77.tmp",
    "tmp/left",
  ]);
});

test("the tree, what is not committed, the tasks of the commits, worktrees and damage are read from git", () => {
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Lab");
  git("config", "user.email", "lab@localhost");
  write("out/src/a.js", "1");
  write("out/artifacts/plan.json", "{}");
  write("out/artifacts/evidence/FC-1.json", "{}");
  git("add", ".");
  git("commit", "--quiet", "-m", "A\n\nCCB-Task: a");
  write("out/src/b.js", "2");
  git("worktree", "add", "--quiet", "-b", "task-b", join(folder, "b"));
  const found = readRepository(project);
  expect(Object.keys(found.tree)).toEqual(["artifacts/evidence/FC-1.json", "artifacts/plan.json", "src/a.js"]);
  expect(found.tree["artifacts/evidence/FC-1.json"]).toBe("there");
  expect(found.tree["artifacts/plan.json"]).toMatch(/blob [0-9a-f]{40}/);
  expect(found).toMatchObject({
    uncommitted: ["?? src/b.js"],
    committedTasks: ["a"],
    branches: ["task-b"],
    damage: [],
  });
  expect(found.worktrees).toHaveLength(1);
  const blob = git("rev-parse", "HEAD:src/a.js").trim();
  rmSync(join(project, ".git/objects", blob.slice(0, 2), blob.slice(2)), { force: true });
  expect(readRepository(project).damage.join()).toContain(blob);
});

test("a held lock is seen, and one that was let go is not", () => {
  expect(isLocked(project)).toBe(false);
  const database = new DatabaseSync(join(project, ".checkpoints/lock.db"));
  database.exec("BEGIN EXCLUSIVE");
  expect(isLocked(project)).toBe(true);
  database.close();
  expect(isLocked(project)).toBe(false);
});
