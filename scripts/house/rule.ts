import type { Workspace } from "./workspace.ts";

/** What a rule found. */
export interface RuleResult {
  /** How many things the rule looked at; a rule that looked at nothing has failed. */
  lookedAt: number;
  /** What it counts, in the plural: "files", "packages". */
  unit: string;
  /** One sentence for each violation, starting with the file. */
  problems: string[];
}

/** One house rule of ARCHITECTURE.md. */
export interface Rule {
  name: string;
  check(workspace: Workspace): RuleResult;
}

/** Runs a rule; looking at nothing is a problem of its own, so that a moved folder cannot switch a rule off. */
export function runRule(rule: Rule, workspace: Workspace): RuleResult {
  const result = rule.check(workspace);
  if (result.lookedAt > 0) return result;
  return { ...result, problems: [...result.problems, `looked at 0 ${result.unit}: the rule checked nothing`] };
}
