import type { CheckPlaceFlags } from "../acceptance/check-place.ts";
import type { ConfineFlags, LogFlags, RunFlags } from "../config/run-flags.ts";

/** The options of `ccb resume` as commander gives them. */
export interface ResumeFlags extends RunFlags, LogFlags, ConfineFlags, CheckPlaceFlags {
  /** False with --no-validate. */
  validate: boolean;
  generateTests?: boolean;
  fromPhase?: string;
  fromTask?: string;
  rerunTests?: boolean;
  updateSpec?: string;
  fromBackup?: boolean;
  /** US dollars. */
  maxCost?: number;
  parallelTasks?: number;
  continueOnError?: boolean;
  askAgain?: boolean;
  json?: boolean;
  verbose: number;
}
