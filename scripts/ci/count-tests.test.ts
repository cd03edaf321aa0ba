import { expect, test } from "vitest";
import { countTests } from "./_count-tests.ts";

test("the last summary of a Vitest run, with or without colour", () => {
  expect(countTests(" Test Files  3 passed (3)\n      Tests  53 passed (53)\n   Start at  10:01:05\n")).toEqual({
    passed: 53,
    failed: 0,
  });
  expect(countTests("      Tests  2 failed | 51 passed | 1 skipped (54)")).toEqual({ passed: 51, failed: 2 });
  expect(countTests("\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[31m2 failed\u001b[39m (2)")).toEqual({
    passed: 0,
    failed: 2,
  });
  expect(countTests("Tests  1 passed (1)\nTests  9 passed (9)\n")).toEqual({ passed: 9, failed: 0 });
});

test("other output has no tests", () => {
  expect(countTests("Tests are run by pnpm test (all of them)\n# pass 4")).toBeUndefined();
  expect(countTests("")).toBeUndefined();
});
