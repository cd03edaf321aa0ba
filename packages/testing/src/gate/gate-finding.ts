/** What the gate looks for. From "removed-test" on they need an older version to compare with; "forged-commit" is found by who keeps the history, not in a tree. */
export const gateRules = [
  "mock",
  "stub",
  "hard-coded-answer",
  "empty-test",
  "weak-assertion",
  "skipped-test",
  "todo",
  "swallowed-error",
  "silenced-check",
  "unreadable-code",
  "removed-test",
  "removed-assertion",
  "loosened-assertion",
  "edited-criteria",
  "forged-commit",
] as const;

export type GateRule = (typeof gateRules)[number];

/** One thing in generated code that makes a pass worth nothing. */
export interface GateFinding {
  rule: GateRule;
  /** Relative to the project, with "/". */
  path: string;
  /** From 1; of the older version where the code is gone. */
  line: number;
  /** One sentence: what stands there and why it counts. */
  reason: string;
  /** The beginning of the code, on one line, at most 160 characters. */
  excerpt: string;
  /** Hash of the code without its white space: a waiver names it, and lapses when the code changes. */
  codeHash: string;
}

/** Texts of a project's files by their paths, relative and with "/". */
export type SourceTree = Readonly<Record<string, string>>;
