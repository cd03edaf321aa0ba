import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { relativeImportsRule } from "./relative-imports.ts";

test("relative imports within a package pass, and a build configuration may share the root's", () => {
  const result = checkTree(relativeImportsRule, {
    "packages/core/src/a.ts": 'import { b } from "./deep/b.ts";',
    "packages/core/src/deep/b.ts": 'import { c } from "../../examples/c.ts"; import fs from "node:fs";',
    "packages/core/tsup.config.ts": 'import { x } from "../../tsup.base.ts";',
    "scripts/a.ts": 'import { b } from "./b.ts";',
  });
  expect(result).toEqual({ lookedAt: 3, unit: "files", problems: [] });
});

test("a relative import into another package, out of its own, or from the root into one is found", () => {
  const { problems } = checkTree(relativeImportsRule, {
    "packages/cost/src/a.ts": 'import { b } from "../../core/src/b.ts";\nimport { c } from "../../../scripts/c.ts";',
    "examples/a.ts": 'import { b } from "../packages/core/src/index.ts";',
  });
  expect(problems).toEqual([
    "examples/a.ts:1: the relative import ../packages/core/src/index.ts leads into the package core; import by package name",
    "packages/cost/src/a.ts:1: the relative import ../../core/src/b.ts leads into the package core; import by package name",
    "packages/cost/src/a.ts:2: the relative import ../../../scripts/c.ts leads outside of its package; import by package name",
  ]);
});

test("no file at all is a failure", () => {
  expect(checkTree(relativeImportsRule, { "a.md": "" }).problems).toHaveLength(1);
});
