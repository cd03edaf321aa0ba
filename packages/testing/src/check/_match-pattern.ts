import { createContext, Script } from "node:vm";
import type { Observation } from "@ccb/core";
import { cut, failedObservation, show } from "./_look.ts";

const timeLimitMs = 1_000;

export interface MatchPatternOptions {
  /** What is looked at, for the observation. */
  what: string;
  pattern: string;
  text: string;
  /** "m" where `^` and `$` stand for the ends of lines. */
  flags: "" | "m";
}

/** Whether a regular expression finds something. A wrong expression and one that takes more than a second are failed observations, not errors. */
export function matchPattern({ what, pattern, text, flags }: MatchPatternOptions): Observation {
  const expected = `a match of /${pattern}/${flags}`;
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    return failedObservation(
      what,
      "a valid regular expression",
      error instanceof Error ? error.message : String(error),
    );
  }
  try {
    // Only a script in a context of its own can be stopped while an expression backtracks.
    const context = createContext({ pattern, flags, text });
    const found: unknown = new Script("new RegExp(pattern, flags).test(text)").runInContext(context, {
      timeout: timeLimitMs,
    });
    return {
      passed: found === true,
      what,
      expected,
      received: found === true ? "a match" : `no match in ${show(cut(text))}`,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return failedObservation(
      what,
      expected,
      `no result within ${timeLimitMs} ms: the expression backtracks without end`,
    );
  }
}
