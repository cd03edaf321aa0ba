import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkTree, manifestOf, runGit, withTree } from "../_check-tree.ts";
import { runRule } from "../rule.ts";
import { loadWorkspace } from "../workspace.ts";
import { changesetsRule } from "./changesets.ts";

const cost = { "packages/cost/package.json": manifestOf("cost"), "packages/cost/src/index.ts": "" };
const unnamed = ["packages/cost: @ccb/cost has changes that no changeset names; run `pnpm exec changeset`"];

test("a package that a pending changeset names passes, a private one needs none", () => {
  const result = checkTree(changesetsRule, {
    ...cost,
    ".changeset/first.md": '---\n"@ccb/cost": minor\n---\n\nFirst release.\n',
    "packages/inner/package.json": manifestOf("inner", { private: true }),
  });
  expect(result).toEqual({ lookedAt: 1, unit: "published packages", problems: [] });
});

test("a package without one is found, and so is a changeset of an unknown package", () => {
  expect(checkTree(changesetsRule, cost).problems).toEqual(unnamed);
  expect(
    checkTree(changesetsRule, { ...cost, ".changeset/README.md": '---\n"@ccb/cost": minor\n---\n' }).problems,
  ).toEqual(unnamed);
  const { problems } = checkTree(changesetsRule, { ...cost, ".changeset/a.md": '---\n"@ccb/cots": minor\n---\n\nx\n' });
  expect(problems).toEqual([".changeset/a.md: names @ccb/cots, which is no published package", ...unnamed]);
});

test("a released package passes until it is changed", () => {
  withTree({ ...cost, "packages/cost/CHANGELOG.md": "# @ccb/cost\n\n## 0.1.0\n" }, (root) => {
    const check = () => runRule(changesetsRule, loadWorkspace(root)).problems;
    runGit(root, "init", "-q");
    runGit(root, "add", ".");
    runGit(root, "commit", "-q", "-m", "release");
    expect(check()).toEqual([]);
    writeFileSync(join(root, "packages/cost/README.md"), "# @ccb/cost\n");
    expect(check()).toEqual([]);
    appendFileSync(join(root, "packages/cost/src/index.ts"), "export {};\n");
    expect(check()).toEqual(unnamed);
    runGit(root, "commit", "-q", "-a", "-m", "change");
    expect(check()).toEqual(unnamed);
  });
});

test("no package at all is a failure", () => {
  expect(checkTree(changesetsRule, { "README.md": "" }).problems).toHaveLength(1);
});
