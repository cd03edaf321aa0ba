/** What the production validator looks at. */
export const productionAreas = [
  "format",
  "lint",
  "types",
  "dependencies",
  "licences",
  "secrets",
  "service",
  "readme",
] as const;

export type ProductionArea = (typeof productionAreas)[number];

/** One thing that keeps a project from production. */
export interface ProductionFinding {
  area: ProductionArea;
  /** One sentence: what was expected and what was seen. */
  reason: string;
  /** Relative to the project, with "/", where one file is meant. */
  path?: string;
  /** From 1. */
  line?: number;
  /** The last lines of what a program printed, at most 2,000 characters. */
  output?: string;
}

/** What came of one area. `not-run` is never a pass: `why` says what was missing. */
export interface AreaReport {
  area: ProductionArea;
  status: "passed" | "failed" | "not-run";
  why: string;
  /** The commands that ran. */
  commands: string[];
  durationMs: number;
  findings: ProductionFinding[];
}

const outputLength = 2_000;

/** The end of an output, for a finding. */
export function tailOf(output: string): string {
  const text = output.trim();
  return text.length > outputLength ? `…${text.slice(-outputLength)}` : text;
}
