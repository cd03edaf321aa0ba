import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseServiceModel } from "./index.ts";

const document = readFileSync(new URL("../../../../docs/offline-dialect.md", import.meta.url), "utf8");
const examples = [...document.matchAll(/```markdown\n([\s\S]*?)```\n+```json\n([\s\S]*?)```/g)].flatMap(
  ([, spec, expected]) =>
    spec === undefined || expected === undefined ? [] : [{ title: spec.split("\n")[0] ?? "", spec, expected }],
);

test("every markdown block of the dialect's page is an example with what it gives", () => {
  expect(examples).toHaveLength([...document.matchAll(/^```markdown$/gm)].length);
  expect(examples.length).toBeGreaterThan(6);
});

test.each(examples)("the page's example $title gives what the page says", ({ spec, expected }) => {
  expect(parseServiceModel(spec)).toMatchObject(JSON.parse(expected));
});
