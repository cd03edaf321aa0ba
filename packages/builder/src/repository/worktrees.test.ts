import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openWorktrees } from "./worktrees.ts";

let root = "";
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], { cwd: root, encoding: "utf8" });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccb-worktrees-"));
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(root, "a.txt"), "a");
  git("add", ".");
  git("commit", "--quiet", "-m", "a");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("worktrees are added and removed at the same time without one taking another's away", async () => {
  const worktrees = openWorktrees({ directory: root, environment: { PATH: process.env.PATH ?? "" } });
  const base = git("rev-parse", "HEAD").trim();
  const path = (index: number) => join(root, ".trees", `t${index}`);
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      // Spread out, so that one prunes while another is being made.
      await delay(index * 3);
      await worktrees.add(path(index), base);
      if (index % 2 === 0) await worktrees.remove(path(index));
    }),
  );
  expect(await worktrees.list()).toHaveLength(20);
  for (let index = 1; index < 40; index += 2) expect(existsSync(join(path(index), "a.txt"))).toBe(true);
});
