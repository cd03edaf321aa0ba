import { asList, asRecord, parseJson } from "../_json.ts";
import { offlineLabel } from "../offline-label.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { knownTests } from "./known-tests.ts";

/** Answers the test generator with the tests that are known for functions of a generated service; of every other function it says that it knows none. */
export function writeTests(prompt: Prompt): object {
  const section = (name: string) => prompt.sections.find((candidate) => candidate.name === name);
  const run = asRecord(parseJson(section("test-run")?.content));
  const path = section("file")?.attributes.path ?? "";
  const targets = asList(parseJson(section("targets")?.content)).filter((name) => typeof name === "string");
  const specifier = typeof run.import === "string" ? run.import : "";
  const root = specifier.endsWith(path) ? specifier.slice(0, specifier.length - path.length) : "";
  const known = run.runner === "node:test" ? knownTests[path] : undefined;
  const tests = targets.flatMap((target) => {
    const code = known !== undefined && Object.hasOwn(known.tests, target) ? known.tests[target] : undefined;
    return code === undefined ? [] : [{ target, code }];
  });
  const written = new Set(tests.map(({ target }) => target));
  const needsDatabase = tests.some(({ code }) => code.includes("new DatabaseSync"));
  const imports = [
    'import assert from "node:assert/strict";',
    ...(needsDatabase ? ['import { DatabaseSync } from "node:sqlite";'] : []),
    'import { test } from "node:test";',
    `import { ${[...written].join(", ")} } from "${specifier}";`,
  ];
  return {
    preamble:
      tests.length === 0 ? "" : [...imports, known?.preamble.replaceAll("{{root}}", root) ?? ""].join("\n").trim(),
    tests,
    left: targets
      .filter((target) => !written.has(target))
      .map((target) => ({ target, why: `${offlineLabel}: no test is known for it.` })),
  };
}
