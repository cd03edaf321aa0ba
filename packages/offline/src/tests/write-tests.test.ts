import { testGenerator } from "@ccb/agents";
import fc from "fast-check";
import { expect, test } from "vitest";
import { askOffline } from "../../test-support/ask-offline.ts";
import { kernelFiles } from "../service/render/kernel/kernel-files.ts";
import { knownTests } from "./known-tests.ts";

const ask = (path: string, targets: string[], runner = "node:test") =>
  askOffline(testGenerator, {
    project: "shop",
    runner,
    testPath: "tests/x.generated.test.js",
    specifier: `../${path}`,
    source: { path, content: "export {}" },
    targets,
  });

test("every known test is for a function that the services have", () => {
  for (const [path, { tests }] of Object.entries(knownTests)) {
    for (const name of Object.keys(tests))
      expect(kernelFiles[path]).toMatch(new RegExp(`^export (async )?function ${name}\\(`, "m"));
  }
});

test("tests import what they are for, by the way that the prompt names", async () => {
  const { preamble, tests, left } = await ask("src/environment.js", ["readEnvironment", "other"]);
  expect(preamble).toContain('import { readEnvironment } from "../src/environment.js";');
  expect(preamble).toContain('import { settings } from "../src/settings.js";');
  expect(tests.map(({ target }) => target)).toEqual(["readEnvironment"]);
  expect(left).toEqual([{ target: "other", why: expect.stringContaining("no test is known") }]);
});

test("of code that it does not know it says so, whatever it is called", async () => {
  const name = fc.string({ minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      name,
      fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("node:test", "pytest"),
      async (path, targets, runner) => {
        const { tests, left } = await ask(`lib/${path}`, targets, runner);
        expect(tests).toEqual([]);
        expect(left.map(({ target }) => target)).toEqual(targets);
      },
    ),
    { numRuns: 50 },
  );
});
