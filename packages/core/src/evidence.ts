/** What a check saw. Made by the check runner only; there is no way to set `passed` from a model's answer. */
export interface Evidence {
  criterionId: string;
  phaseId: string;
  /** "http", "command" and so on; "custom:<name>" for a kind that the user added. */
  checkKind: string;
  /** Version of the kind; missing in evidence from before kinds had one. */
  checkVersion?: number;
  passed: boolean;
  /** One line for people: what was expected and what was seen. */
  summary: string;
  /** Each thing looked at, in order. */
  observations: Observation[];
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  /** The commit of the project that was checked, where there is one. */
  commit: string | undefined;
  /** Output of the command or of the service under test, cut to its last 16 KiB. */
  output: string;
}

/** One expectation and what was seen instead or in accordance. */
export interface Observation {
  passed: boolean;
  what: string;
  expected: string;
  received: string;
}
