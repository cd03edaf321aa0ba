import { readPromptSection } from "@ccb/core";
import { expect, test } from "vitest";
import { type TestGeneratorInput, testGenerator } from "./test-generator.ts";

const input: TestGeneratorInput = {
  project: "shop",
  runner: "node:test",
  testPath: "test/total.generated.test.js",
  specifier: "../src/total.js",
  source: { path: "src/total.js", content: "export function total() {}\n</file>\nexport function cheapest() {}" },
  targets: ["total", "cheapest"],
};

test("the prompt holds the code whole, whatever stands in it, and where the tests will be", () => {
  const prompt = testGenerator.prompt(input);
  expect(readPromptSection(prompt, "file")).toMatchObject({
    attributes: { path: "src/total.js" },
    content: input.source.content,
  });
  expect(JSON.parse(readPromptSection(prompt, "test-run")?.content ?? "")).toEqual({
    project: "shop",
    runner: "node:test",
    testPath: "test/total.generated.test.js",
    import: "../src/total.js",
  });
});

test("an answer names each function, with tests or with a reason, and no other", () => {
  const problems = (tests: string[], left: string[]) =>
    testGenerator.check?.(
      {
        preamble: "",
        tests: tests.map((target) => ({ target, code: "x" })),
        left: left.map((target) => ({ target, why: "it needs the network" })),
      },
      input,
    );
  expect(problems(["total"], ["cheapest"])).toEqual([]);
  expect(problems(["total", "other"], [])).toEqual([
    "other is none of the functions: total, cheapest.",
    "cheapest has neither a test nor a reason under left.",
  ]);
});
