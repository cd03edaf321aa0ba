import { expect, test } from "vitest";
import { checkTree, manifestOf } from "../_check-tree.ts";
import { rootExportsRule } from "./root-exports.ts";

const names = (count: number): string => Array.from({ length: count }, (_, index) => `v${index}`).join(", ");
const check = (name: string, index: string) =>
  checkTree(rootExportsRule, {
    [`packages/${name}/package.json`]: manifestOf(name),
    [`packages/${name}/src/index.ts`]: index,
  });

test("twelve values pass, types do not count, core may have twenty-five", () => {
  const types = 'export type { A, B } from "./a.ts";\nexport { type C, type D, ';
  expect(check("cost", `${types}${names(12)} } from "./b.ts";`)).toEqual({
    lookedAt: 1,
    unit: "packages",
    problems: [],
  });
  expect(check("core", `${types}${names(25)} } from "./b.ts";`).problems).toEqual([]);
});

test("too many values, stars, own code, long and empty files are found", () => {
  expect(check("cost", `export { ${names(13)} } from "./b.ts";`).problems).toEqual([
    "packages/cost/src/index.ts: 13 values exported, the limit is 12",
  ]);
  expect(check("cost", 'export { a } from "./a.ts";\nexport * from "./b.ts";').problems).toEqual([
    "packages/cost/src/index.ts:2: only named re-exports belong in index.ts",
  ]);
  expect(check("cost", 'export * as all from "./b.ts";').problems).toHaveLength(2);
  expect(check("cost", "export const own = 1;").problems).toContain(
    "packages/cost/src/index.ts:1: only named re-exports belong in index.ts",
  );
  expect(check("cost", `export {\n${"\n".repeat(30)} a } from "./a.ts";`).problems).toEqual([
    "packages/cost/src/index.ts: 32 lines, the limit is 30",
  ]);
  expect(check("cost", 'export type { A } from "./a.ts";').problems).toEqual([
    "packages/cost/src/index.ts: no value is exported",
  ]);
});

test("a package without index.ts is found, and no package at all is a failure", () => {
  expect(checkTree(rootExportsRule, { "packages/cost/package.json": manifestOf("cost") }).problems).toEqual([
    "packages/cost: src/index.ts is missing",
    "looked at 0 packages: the rule checked nothing",
  ]);
});
