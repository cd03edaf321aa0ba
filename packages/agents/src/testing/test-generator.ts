import { defineAgent, renderPromptSection } from "@ccb/core";
import { z } from "zod";
import { joinPrompt, renderJsonSection, renderSystem } from "../_prompt-parts.ts";

/** A file of code whose functions are to be tested, and where its tests will stand. */
export interface TestGeneratorInput {
  project: string;
  /** Name of the project's test runner: "node:test", "vitest", "pytest", … */
  runner: string;
  /** Path of the file that the tests will be written to. */
  testPath: string;
  /** What that file imports to reach the code. */
  specifier: string;
  source: { path: string; content: string };
  /** Names of the functions that no test names. */
  targets: readonly string[];
  /** A test file of the project, to write in its manner; undefined where there is none. */
  example?: { path: string; content: string } | undefined;
}

export const generatedTestsSchema = z.object({
  preamble: z.string().describe("imports and helpers that all tests need, as they stand at the top of the file"),
  tests: z
    .array(
      z.object({
        target: z.string().describe("name of the function that it is for"),
        code: z.string().min(1).describe("one whole test, which needs nothing but the preamble"),
      }),
    )
    .describe("two or three tests for each function"),
  left: z
    .array(z.object({ target: z.string(), why: z.string().min(1) }))
    .describe("functions that cannot be tested on their own, each with the reason"),
});
export type GeneratedTests = z.infer<typeof generatedTestsSchema>;

/** Writes tests for functions that have none; what it writes is run and proven by others. */
export const testGenerator = defineAgent<TestGeneratorInput, GeneratedTests>({
  name: "test-generator",
  description: "Tests for the exported functions of one file that no test names.",
  system: renderSystem("test-generator", [
    "You write tests for code that exists already, in the manner of the project's other tests and with its own runner.",
    "Each test asserts what a caller would notice, with values that you work out from what the function is meant to do: an ordinary case, a border, a refusal. " +
      "Use the real parts: real files in a temporary folder, a real database, a real server on 127.0.0.1. No mocks, no stubs, no spies, nothing skipped, no assertion that is always true.",
    "Your tests will be run as they are, and again with each function emptied: a test that passes on an emptied function is thrown away. Where the code looks wrong to you, leave the function out and say so under left; " +
      "do not write its fault down as what is expected.",
  ]),
  output: generatedTestsSchema,
  maxOutputTokens: 12_000,
  check: ({ tests, left }, { targets }) => {
    const known = new Set(targets);
    const named = new Set([...tests, ...left].map(({ target }) => target));
    return [
      ...[...named]
        .filter((name) => !known.has(name))
        .map((name) => `${name} is none of the functions: ${targets.join(", ")}.`),
      ...targets
        .filter((name) => !named.has(name))
        .map((name) => `${name} has neither a test nor a reason under left.`),
    ];
  },
  prompt: ({ project, runner, testPath, specifier, source, targets, example }) =>
    joinPrompt([
      renderJsonSection("test-run", { project, runner, testPath, import: specifier }),
      ...(example === undefined
        ? []
        : [
            renderPromptSection({ name: "example-test", attributes: { path: example.path }, content: example.content }),
          ]),
      renderPromptSection({ name: "file", attributes: { path: source.path }, content: source.content }),
      renderJsonSection("targets", targets),
      `Write tests for ${targets.join(", ")}.`,
    ]),
});
