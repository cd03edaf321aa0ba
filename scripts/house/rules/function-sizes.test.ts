import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { functionSizesRule } from "./function-sizes.ts";

const body = (count: number): string => "  run();\n".repeat(count);

test("limits are met: 80 lines, 3 parameters, a describe of any length, a callback with the parameters its caller gives", () => {
  const result = checkTree(functionSizesRule, {
    "packages/core/src/a.ts": `function f(this: unknown, a: 1, b: 2, c: 3) {\n${body(78)}}\n`,
    "packages/core/src/a.test.ts": `describe("x", () => {\n${body(200)}});\n`,
    "scripts/a.ts": "text.replace(/a/, (whole, first, second, third) => first);\n",
  });
  expect(result).toEqual({ lookedAt: 3, unit: "functions", problems: [] });
});

test("long functions and long parameter lists are found, of methods, arrows and types too", () => {
  const { problems } = checkTree(functionSizesRule, {
    "packages/core/src/a.ts": `export const long = () => {\n${body(79)}};\nclass A { m(a: 1, b: 2, c: 3, d: 4) {} }\n`,
    "packages/core/src/a.test.ts": `test("x", () => {\n${body(79)}});\n`,
    "packages/core/src/b.ts": "export interface B { f(a: 1, b: 2, c: 3, d: 4): void }\n",
  });
  expect(problems).toEqual([
    "packages/core/src/a.test.ts:1: a function without a name has 81 lines, the limit is 80",
    "packages/core/src/a.ts:1: long has 81 lines, the limit is 80",
    "packages/core/src/a.ts:82: m has 4 parameters, the limit is 3; take one object",
    "packages/core/src/b.ts:1: f has 4 parameters, the limit is 3; take one object",
  ]);
});

test("no function at all is a failure", () => {
  expect(checkTree(functionSizesRule, { "scripts/a.ts": "const x = 1;" }).problems).toHaveLength(1);
});
