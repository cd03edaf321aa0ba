import type { CheckPlaceFlags } from "../acceptance/check-place.ts";
import type { ConfineFlags, LogFlags, RunFlags } from "../config/run-flags.ts";

/** The options of `ccb init` as commander gives them. */
export interface InitFlags extends RunFlags, LogFlags, ConfineFlags, CheckPlaceFlags {
  outputDir?: string;
  projectName?: string;
  model?: string;
  /** US dollars. */
  maxCost?: number;
  /** US dollars that each task, phase and day may cost. */
  maxCostPerTask?: number;
  maxCostPerPhase?: number;
  maxCostPerDay?: number;
  phases?: string[];
  dryRun?: boolean;
  /** False with --no-tests. */
  tests: boolean;
  /** False with --no-validate. */
  validate: boolean;
  redFirst?: boolean;
  generateTests?: boolean;
  /** False with --no-web-search. */
  webSearch?: boolean;
  continueOnError?: boolean;
  parallelTasks?: number;
  customMcp?: string;
  templates?: string;
  baseUrl?: string;
  offline?: boolean;
  json?: boolean;
  verbose: number;
}
