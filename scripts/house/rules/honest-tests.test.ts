import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { honestTestsRule } from "./honest-tests.ts";

test("tests that run pass, and other things named skip", () => {
  const result = checkTree(honestTestsRule, {
    "packages/core/src/a.test.ts":
      "test('a', () => list.skip(1)); test.each([1])('b', () => {}); const x = 'test.skip';",
  });
  expect(result).toEqual({ lookedAt: 1, unit: "test files", problems: [] });
});

test.each([
  ["test.skip('a', () => {});", "test.skip"],
  ["it.only('a', () => {});", "it.only"],
  ["describe.todo('a');", "describe.todo"],
  ["test.concurrent.skip('a', () => {});", "test.skip"],
  ["vi.mock('./a.ts');", "vi.mock"],
  ["vi.spyOn(a, 'b');", "vi.spyOn"],
  ["const f = vi.fn();", "vi.fn"],
])("%s is found", (text, what) => {
  const { problems } = checkTree(honestTestsRule, { "scripts/a.test.ts": `\n${text}` });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`scripts/a.test.ts:2: ${what};`);
});

test("no test at all is a failure", () => {
  expect(checkTree(honestTestsRule, { "packages/core/src/a.ts": "" }).problems).toHaveLength(1);
});
