import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { fileSizesRule } from "./file-sizes.ts";

const lines = (count: number): string => "const x = 1;\n".repeat(count);

test("files at the limits pass, fixtures are data", () => {
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`packages/core/src/f${index}.ts`, lines(250)]),
  );
  const result = checkTree(fileSizesRule, {
    ...files,
    "packages/core/src/long.test.ts": lines(400),
    "packages/core/src/fixtures/huge.ts": lines(5_000),
  });
  expect(result).toEqual({ lookedAt: 10, unit: "files", problems: [] });
});

test("one line too many is found, in tests and scripts too, and so are too many long files", () => {
  const { problems } = checkTree(fileSizesRule, {
    "packages/core/src/a.test.ts": lines(401),
    "scripts/b.ts": lines(300),
    "packages/core/src/c.ts": lines(251),
  });
  expect(problems).toEqual([
    "packages/core/src/a.test.ts: 401 lines, the limit is 400; split it by concept",
    "the 90th percentile of all files is 401 lines, the limit is 250",
  ]);
});

test("no file at all is a failure", () => {
  expect(checkTree(fileSizesRule, { "a.md": "" }).problems).toHaveLength(1);
});
