import type { BuildOutcome } from "@ccb/core";
import type { CcbErrorCode } from "@ccb/core/errors";

/** The exit codes of `ccb`, as documented in its README and `--help`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  noCredentials: 3,
  budgetReached: 4,
  acceptanceFailed: 5,
  stopped: 6,
  locked: 7,
} as const;

const byError: Partial<Record<CcbErrorCode, number>> = {
  usage: exitCodes.usage,
  "bad-input": exitCodes.usage,
  "no-credentials": exitCodes.noCredentials,
  "budget-reached": exitCodes.budgetReached,
  "acceptance-failed": exitCodes.acceptanceFailed,
  stopped: exitCodes.stopped,
  locked: exitCodes.locked,
};

/** The exit code of an error; 1 for what nobody expected. */
export function exitCodeOfError(code: CcbErrorCode): number {
  return byError[code] ?? exitCodes.failed;
}

/** The exit code of a build that ended as a value. */
export function exitCodeOfOutcome(outcome: BuildOutcome): number {
  switch (outcome) {
    case "done":
    case "planned":
      return exitCodes.done;
    case "acceptance-failed":
      return exitCodes.acceptanceFailed;
    case "budget-reached":
      return exitCodes.budgetReached;
    case "stopped":
      return exitCodes.stopped;
    case "failed":
      return exitCodes.failed;
  }
}
