import { expect, test } from "vitest";
import { listFailures } from "./_list-failures.ts";

test("the failed tests of a Vitest run with their first words, with or without colour", () => {
  const output = [
    " ✓ a.test.ts (3 tests) 5ms",
    "\u001b[41m\u001b[1m FAIL \u001b[22m\u001b[49m a.test.ts\u001b[2m > \u001b[22madds",
    " FAIL  b.test.ts > takes away > below zero",
    "AssertionError: expected 3 to be 2",
    "",
    "- Expected",
    " FAIL  c.test.ts [ c.test.ts ]",
    "Error: Cannot find module",
  ].join("\n");
  expect(listFailures(output)).toEqual([
    "a.test.ts > adds: AssertionError: expected 3 to be 2",
    "b.test.ts > takes away > below zero: AssertionError: expected 3 to be 2",
    "c.test.ts [ c.test.ts ]: Error: Cannot find module",
  ]);
});

test("a program that prints FAIL by itself has no failed test", () => {
  expect(listFailures("FAIL README: pnpm test (1.0 s)\nFAILED a.test.ts")).toEqual([]);
});
