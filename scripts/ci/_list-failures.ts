import { stripVTControlCharacters } from "node:util";

/** The failed tests of a Vitest run, each with what it said first ("a.test.ts > adds: AssertionError: expected 3 to be 2"). */
export function listFailures(output: string): string[] {
  const lines = stripVTControlCharacters(output).split("\n");
  return lines.flatMap((line, at) => {
    const test = /^ *FAIL {1,2}(\S+\.test\.ts.*)/.exec(line)?.[1];
    if (test === undefined) return [];
    // Tests that fail alike are named one below the other, with one reason.
    const reason = lines.slice(at + 1).find((next) => !/^ *FAIL {1,2}/.test(next)) ?? "";
    return [`${test.trim()}: ${reason.trim().slice(0, 300)}`];
  });
}
