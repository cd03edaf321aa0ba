import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareTrees, hashTree, selectCompared, type TreeEntry } from "./compare-trees.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-tree-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const blob = (letter: string) => letter.repeat(40);
const entry = (path: string, letter = "a"): TreeEntry => ({ mode: "100644", blob: blob(letter), path });

describe("hashTree", () => {
  it("is what git writes, whatever the names", () => {
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
    git("init", "--quiet");
    for (const path of ["a.js", "a/b.js", "a-b/c.js", "a.b/d/e.js", "größe.md", "Z", "a0"]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), path, { mode: path === "Z" ? 0o755 : 0o644 });
    }
    git("add", "--all");
    const entries = git("ls-files", "-s", "-z")
      .split("\0")
      .filter(Boolean)
      .map((row) => {
        const [, mode = "", hash = "", path = ""] = /^(\d+) ([0-9a-f]+) 0\t(.*)$/.exec(row) ?? [];
        return { mode, blob: hash, path };
      });
    expect(entries).toHaveLength(7);
    expect(hashTree(entries)).toBe(git("write-tree"));
    expect(hashTree(entries.toReversed())).toBe(git("write-tree"));
  });
});

describe("compareTrees", () => {
  it("tells what was changed, is missing or came in addition", () => {
    const compared = compareTrees(
      [entry("same"), entry("src/changed"), entry("missing"), entry("mode")],
      [entry("same"), entry("src/changed", "b"), entry("added"), { ...entry("mode"), mode: "100755" }],
    );
    expect(compared).toMatchObject({
      same: false,
      files: 5,
      differing: [
        { path: "added", change: "added" },
        { path: "missing", change: "missing" },
        { path: "mode", change: "changed" },
        { path: "src/changed", change: "changed" },
      ],
    });
    expect(compared.recordedTree).not.toBe(compared.replayedTree);
    expect(compareTrees([entry("a")], [entry("a")])).toMatchObject({ same: true, differing: [] });
  });
});

it("leaves out what tells of the run itself, and nothing that was built", () => {
  const out = ["artifacts/evidence/by-id/a.json", "artifacts/junit.xml", "artifacts/forecast.json", "masterGuide.md"];
  const kept = ["src/a.js", "docs/api.md", "artifacts/plan.json", "artifacts/mcp.json", "src/artifacts/junit.xml"];
  expect(selectCompared([...out, ...kept].map((path) => entry(path))).map(({ path }) => path)).toEqual(kept);
});
