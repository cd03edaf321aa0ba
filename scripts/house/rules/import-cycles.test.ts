import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { importCyclesRule } from "./import-cycles.ts";

test("a cycle of types only is none, a diamond is none", () => {
  const result = checkTree(importCyclesRule, {
    "packages/core/src/a.ts": 'import type { B } from "./b.ts"; import { c } from "./c.ts";',
    "packages/core/src/b.ts": 'import { a } from "./a.ts"; import { c } from "./c.ts";',
    "packages/core/src/c.ts": "export const c = 1;",
  });
  expect(result).toEqual({ lookedAt: 3, unit: "files", problems: [] });
});

test("a cycle is found, also one through a type specifier that stays at run time, and one through two packages", () => {
  const { problems } = checkTree(importCyclesRule, {
    "packages/core/src/a.ts": 'import { type B } from "./deep/b.ts";',
    "packages/core/src/deep/b.ts": 'export { a } from "../a.ts";',
    "packages/cost/src/index.ts": 'import { x } from "@ccb/store";',
    "packages/store/src/index.ts": 'const x = await import("@ccb/cost");',
  });
  expect(problems).toEqual([
    "packages/core/src/a.ts: import cycle packages/core/src/a.ts → packages/core/src/deep/b.ts → packages/core/src/a.ts",
    "packages/cost/src/index.ts: import cycle packages/cost/src/index.ts → packages/store/src/index.ts → packages/cost/src/index.ts",
  ]);
});

test("no file at all is a failure", () => {
  expect(checkTree(importCyclesRule, { "scripts/a.ts": "" }).problems).toHaveLength(1);
});
