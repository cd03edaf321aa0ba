import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { frontendOnlyRule } from "./frontend-only.ts";

test("the cli, tests, examples and other uses of the words pass", () => {
  const result = checkTree(frontendOnlyRule, {
    "packages/cli/src/a.ts": "console.log(process.argv, process.env.X); process.exit(1);",
    "packages/core/src/a.test.ts": "console.log(process.env);",
    "packages/core/examples/a.ts": "console.log(1);",
    "packages/core/src/b.ts":
      "const text = 'console.log(1)'; export const pid = process.pid + child.process.exit + options.env.X;",
  });
  expect(result).toEqual({ lookedAt: 1, unit: "files", problems: [] });
});

test.each([
  ["console.log(1);", "console.log"],
  ["const x = process.env.HOME;", "process.env"],
  ["process.exitCode = 1;", "process.exitCode"],
  ["process.stdout.write('x');", "process.stdout"],
  ["import { argv } from 'node:process';", "process.argv"],
  ["import { exit as leave } from 'process';", "process.exit"],
])("below the frontends, %s is found", (text, use) => {
  for (const name of ["core", "cost", "builder"]) {
    const { problems } = checkTree(frontendOnlyRule, { [`packages/${name}/src/a.ts`]: text });
    expect(problems).toEqual([`packages/${name}/src/a.ts:1: ${use} belongs on floor 3; take it as an option`]);
  }
});

test("no file at all is a failure", () => {
  expect(checkTree(frontendOnlyRule, { "packages/cli/src/a.ts": "" }).problems).toHaveLength(1);
});
