import type { Check } from "./check.ts";

/** What a check saw. Made by the check runner only; there is no way to set `passed` from a model's answer. */
export interface Evidence {
  /** SHA-256 of all else, in hexadecimal; missing in evidence from before it had one. */
  id?: string | undefined;
  criterionId: string;
  phaseId: string;
  /** "http", "command" and so on; "custom:<name>" for a kind that the user added. */
  checkKind: string;
  /** Version of the kind; missing in evidence from before kinds had one. */
  checkVersion?: number;
  /** What was run. */
  check?: Check;
  /** Where it was run. */
  place?: EvidencePlace;
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

/** Where a check ran. */
export interface EvidencePlace {
  /** "none", or what the sandbox says of itself. */
  sandbox: string;
  /** Names of the environment's services that ran beside. */
  services: string[];
  /** For example "linux" and "v24.21.0". */
  platform: string;
  node: string;
}

/** One expectation and what was seen instead or in accordance. */
export interface Observation {
  passed: boolean;
  what: string;
  expected: string;
  received: string;
}
