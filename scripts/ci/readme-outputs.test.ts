import { expect, test } from "vitest";
import { findDifference, readShownOutputs } from "./_readme-outputs.ts";

test("a marked block is read with its example and line, others are not", () => {
  const text = [
    "It prints:",
    "",
    "<!-- output: examples/a.ts -->",
    "",
    "```text",
    "one",
    "two",
    "```",
    "```",
    "other",
    "```",
  ].join("\n");
  expect(readShownOutputs(text)).toEqual([{ example: "examples/a.ts", line: 3, shown: ["one", "two"] }]);
  expect(() => readShownOutputs("<!-- output: a.ts -->\ntext")).toThrow("line 1");
});

test.each([
  [["one", "two"], ["one", "two"], true],
  [["one"], ["one", "two"], false],
  [["one", "two"], ["one", "other"], false],
  [["one", "three"], ["one", "two", "three"], false],
  [["one", "…", "three"], ["one", "two", "three"], true],
  [["…", "two", "…"], ["one", "two", "three"], true],
  [["R-… line 7"], ["R-1a2b line 7"], true],
  [["R-… line 7"], ["R-1a2b line 8"], false],
  [["a.c (x)"], ["abc (x)"], false],
])("shown %j of %j is right: %s", (shown, printed, right) => {
  expect(findDifference(shown, printed) === undefined).toBe(right);
});
