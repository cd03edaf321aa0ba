import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { typeEscapesRule } from "./type-escapes.ts";

test("the word in names, comments and strings is no escape", () => {
  const result = checkTree(typeEscapesRule, {
    "packages/core/src/a.ts": "// any text\nconst anyOf = `// @ts-ignore`; const other = '// biome-ignore x';\n",
    "scripts/b.ts": "export const company: unknown = 1;",
  });
  expect(result).toEqual({ lookedAt: 2, unit: "files", problems: [] });
});

test.each([
  ["const x: any = 1;", "`any`"],
  ["const x = y as any[];", "`any`"],
  ["function f<T = any>() {}", "`any`"],
  [`${"//"} @ts-ignore\nf();`, "@ts-ignore"],
  [`${"//"} @ts-expect-error wrong\nf();`, "@ts-expect-error"],
  [`/* @ts-nocheck${" */"}\nf();`, "@ts-nocheck"],
  [`${"//"} biome-ignore lint/x: y\nf();`, "biome-ignore"],
])("%s is found, in tests and scripts too", (text, what) => {
  for (const path of ["packages/core/src/a.ts", "packages/core/src/a.test.ts", "scripts/a.ts"]) {
    const { problems } = checkTree(typeEscapesRule, { [path]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${path}:1`);
    expect(problems[0]).toContain(what);
  }
});

test("no file at all is a failure", () => {
  expect(checkTree(typeEscapesRule, { "a.md": "" }).problems).toHaveLength(1);
});
