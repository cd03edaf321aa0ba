import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Rule, type RuleResult, runRule } from "./rule.ts";
import { loadWorkspace } from "./workspace.ts";

/** Makes a folder with these files, gives it to `work` and removes it. */
export function withTree<T>(files: Record<string, string>, work: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), "ccb-house-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return work(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What a rule says of a repository with these files. */
export function checkTree(rule: Rule, files: Record<string, string>): RuleResult {
  return withTree(files, (root) => runRule(rule, loadWorkspace(root)));
}

/** A package.json of that name. */
export function manifestOf(name: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ name: `@ccb/${name}`, version: "0.1.0", ...more });
}

/** Runs git in a test's folder with a fixed identity. */
export function runGit(root: string, ...words: string[]): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"];
  return execFileSync("git", [...identity, ...words], { cwd: root, encoding: "utf8" });
}
