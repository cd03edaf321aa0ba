import type { Requirement, Span } from "@ccb/core";
import { extractRequirements } from "../requirements/extract-requirements.ts";

export type LintRule = "ambiguous-word" | "untestable" | "duplicate" | "contradiction" | "dangling-reference";

export interface LintFinding {
  rule: LintRule;
  message: string;
  span: Span;
  requirementId?: string;
}

const AMBIGUOUS =
  /\b(?:fast|quick(?:ly)?|slow|easy|easily|simple|user.friendly|intuitive|robust|flexible|efficient(?:ly)?|appropriate(?:ly)?|adequate(?:ly)?|reasonable|reasonably|as needed|if necessary|where possible|as possible|etc\.?|and so on|tbd|to be determined|some|several|various|normally|usually|generally|modern|seamless(?:ly)?|state.of.the.art|best effort|high.quality|scalable|sufficient(?:ly)?)(?!\w)/gi;

/** Finds weak places in a specification without a model, each with its lines. */
export function lintSpec(text: string): LintFinding[] {
  const findings: LintFinding[] = [];
  const seen = new Map<string, Requirement>();
  for (const requirement of extractRequirements(text)) {
    const words = [...requirement.text.matchAll(AMBIGUOUS)].map(([word]) => word.toLowerCase());
    for (const word of new Set(words)) {
      findings.push({
        rule: "ambiguous-word",
        message: `"${word}" means something else to every reader: name a value or a rule.`,
        span: requirement.span,
        requirementId: requirement.id,
      });
    }
    const first = seen.get(requirement.hash);
    if (first) {
      findings.push({
        rule: "duplicate",
        message: `Says the same as ${first.id} in line ${first.span.startLine}.`,
        span: requirement.span,
        requirementId: requirement.id,
      });
    } else seen.set(requirement.hash, requirement);
  }
  return findings;
}
