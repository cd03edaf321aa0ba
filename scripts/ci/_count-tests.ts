import { stripVTControlCharacters } from "node:util";

/** The tests that a Vitest run reports in its last summary line ("Tests  2 failed | 51 passed (53)"); undefined where there is none. */
export function countTests(output: string): { passed: number; failed: number } | undefined {
  const summaries = [...stripVTControlCharacters(output).matchAll(/^\s*Tests\s{2,}(.*\d+ \w+.*)\(\d+\)\s*$/gm)];
  const summary = summaries.at(-1)?.[1];
  if (summary === undefined) return undefined;
  const numberBefore = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
  return { passed: numberBefore("passed"), failed: numberBefore("failed") };
}
