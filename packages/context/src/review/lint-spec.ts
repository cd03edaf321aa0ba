import type { Requirement, Span } from "@ccb/core";
import { type Outline, parseOutline } from "../parse/parse-outline.ts";
import { extractRequirements } from "../requirements/extract-requirements.ts";
import { findContradictions } from "./_find-contradictions.ts";
import { findDuplicates } from "./_find-duplicates.ts";
import { lintWords } from "./_lint-words.ts";

export type LintRule = "ambiguous-word" | "untestable" | "duplicate" | "contradiction" | "dangling-reference";

/** A weak place in a specification; `span.startLine` is its line. */
export interface LintFinding {
  rule: LintRule;
  /** What is weak, and what to write instead. */
  message: string;
  span: Span;
  requirementId?: string;
}

export interface LintOptions {
  /** Only these rules; all unless given. */
  rules?: readonly LintRule[];
}

/**
 * Finds weak places of a specification without a model: ambiguous words, requirements no test can show, duplicates, numbers that
 * contradict each other, references to what does not exist. In order of the text.
 */
export function lintSpec(text: string, options: LintOptions = {}): LintFinding[] {
  const requirements = extractRequirements(text);
  const isAsked = (...rules: LintRule[]): boolean => rules.some((rule) => options.rules?.includes(rule) ?? true);
  return [
    ...(isAsked("ambiguous-word", "untestable") ? requirements.flatMap(lintWords) : []),
    ...(isAsked("duplicate") ? findDuplicates(requirements) : []),
    ...(isAsked("contradiction") ? findContradictions(requirements) : []),
    ...(isAsked("dangling-reference") ? findDangling(text, parseOutline(text), requirements) : []),
  ]
    .filter(({ rule }) => isAsked(rule))
    .sort((a, b) => a.span.start - b.span.start || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
}

function findDangling(text: string, outline: Outline, requirements: readonly Requirement[]): LintFinding[] {
  const findings: LintFinding[] = outline.references
    .filter((reference) => reference.to === null)
    .map(({ text: words, span }) => ({
      rule: "dangling-reference",
      message: `"${words}" points to a section that does not exist.`,
      span,
    }));
  const labels = new Set(requirements.flatMap(({ label }) => (label === undefined ? [] : [label])));
  const prefixes = new Set(
    [...labels].flatMap((label) => /^([A-Z][A-Z-]*)-?\d/.exec(label)?.[1]?.replace(/-$/, "") ?? []),
  );
  if (prefixes.size === 0) return findings;
  for (const requirement of requirements) {
    const { start, startLine } = requirement.span;
    const source = text.slice(start, requirement.span.end);
    for (const match of source.matchAll(/\b([A-Z][A-Z]*(?:-[A-Z]+)*)-(\d+(?:\.\d+)*)\b/g)) {
      if (!prefixes.has(match[1] ?? "") || labels.has(match[0])) continue;
      const line = startLine + source.slice(0, match.index).split("\n").length - 1;
      const span = {
        start: start + match.index,
        end: start + match.index + match[0].length,
        startLine: line,
        endLine: line,
      };
      findings.push({
        rule: "dangling-reference",
        message: `${match[0]} is named, but no requirement has this label.`,
        span,
        requirementId: requirement.id,
      });
    }
  }
  return findings;
}
