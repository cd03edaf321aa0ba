import type { ToolExchange } from "@ccb/testing";

export const testCommand = "npm test";

/** What a run of the tests showed. */
export interface TestRun {
  passed: boolean;
  /** One line: the counts of the test runner, or the last line of its output. */
  summary: string;
  /** Names of failed tests, at most ten. */
  failures: string[];
}

/** The last run of the tests in a session; undefined where there was none. */
export function readTestRun(calls: ToolExchange[]): TestRun | undefined {
  const run = calls.findLast((call) => call.name === "Bash" && call.input.command === testCommand);
  if (run?.result === undefined) return undefined;
  const counts = [...run.result.matchAll(/^(?:ℹ|#) (tests|pass|fail) (\d+)\s*$/gm)].map(
    ([, what, count]) => `${count} ${what}`,
  );
  const last = run.result.trim().split("\n").at(-1) ?? "no output";
  const failures = [...run.result.matchAll(/^\s*(?:✖|not ok \d+ -) (.+?)(?: \(\d[\d.]*ms\))?$/gm)].map(
    (match) => match[1] ?? "",
  );
  return {
    passed: !run.isError,
    summary: counts.length > 0 ? counts.join(", ") : last.slice(0, 200),
    failures: [...new Set(failures)].filter((name) => !name.startsWith("failing tests")).slice(0, 10),
  };
}
