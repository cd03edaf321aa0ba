import type { Requirement, Span } from "@ccb/core";
import { type Outline, parseOutline } from "../parse/parse-outline.ts";
import { extractRequirements } from "../requirements/extract-requirements.ts";
import { findContradictions } from "./_find-contradictions.ts";

export type LintRule = "ambiguous-word" | "untestable" | "duplicate" | "contradiction" | "dangling-reference";

/** A weak place in a specification; `span.startLine` is its line. */
export interface LintFinding {
  rule: LintRule;
  /** What is weak, and what to write instead. */
  message: string;
  span: Span;
  requirementId?: string;
}

const AMBIGUOUS =
  /\b(?:fast|quick(?:ly)?|slow(?:ly)?|easy|easily|simple|user.friendly|intuitive(?:ly)?|robust|flexible|efficient(?:ly)?|appropriate(?:ly)?|adequate(?:ly)?|reasonabl[ey]|as needed|as required|as appropriate|if necessary|if possible|where possible|as (?:fast|soon|much|many|quickly|often) as possible|etc\.?|and so on|and\/or|tbd|tba|to be (?:determined|defined|decided)|some|several|various|many|few|normally|usually|generally|typically|often|modern|seamless(?:ly)?|state.of.the.art|best effort|high.quality|good|nice|scalable|sufficient(?:ly)?|minimal|optimal|significant(?:ly)?|timely|regular(?:ly)?|periodically|large|small|recent)(?!\w)/gi;
/** Qualities no test can show without a value. */
const QUALITY =
  /\b(?:fast|quick(?:ly)?|slow|easy to|user.friendly|intuitive|robust|flexible|efficient(?:ly)?|scalable|reliable|secure|performant|responsive|high(?:ly)? (?:available|performance|quality)|good|nice|modern|maintainable|seamless(?:ly)?|state.of.the.art)\b/i;
const OPEN = /\b(?:tbd|tba|to be (?:determined|defined|decided)|\?\?\?|xxx)\b/i;

/**
 * Finds weak places of a specification without a model: ambiguous words, requirements no test can show, duplicates, numbers that
 * contradict each other, references to what does not exist. In order of the text.
 */
export function lintSpec(text: string): LintFinding[] {
  const requirements = extractRequirements(text);
  return [
    ...requirements.flatMap(lintWords),
    ...findDuplicates(requirements),
    ...findContradictions(requirements),
    ...findDangling(text, parseOutline(text), requirements),
  ].sort((a, b) => a.span.start - b.span.start || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
}

function lintWords(requirement: Requirement): LintFinding[] {
  const place = { span: requirement.span, requirementId: requirement.id };
  const words = new Set([...requirement.text.matchAll(AMBIGUOUS)].map(([word]) => word.toLowerCase()));
  const findings: LintFinding[] = [...words].map((word) => ({
    rule: "ambiguous-word",
    message: `"${word}" means something else to every reader: name a value, a list or a rule.`,
    ...place,
  }));
  if (OPEN.test(requirement.text))
    findings.push({ rule: "untestable", message: "It is not decided yet: a test cannot be written.", ...place });
  else if (QUALITY.test(requirement.text) && !requirement.measure && !/\d/.test(requirement.text)) {
    findings.push({
      rule: "untestable",
      message: "It names a quality without a value that a test could compare: add a number and a unit.",
      ...place,
    });
  }
  return findings;
}

function findDuplicates(requirements: readonly Requirement[]): LintFinding[] {
  const seen = new Map<string, Requirement>();
  const labels = new Map<string, Requirement>();
  const findings: LintFinding[] = [];
  for (const requirement of requirements) {
    const place = { span: requirement.span, requirementId: requirement.id };
    const same = seen.get(requirement.hash);
    if (same)
      findings.push({
        rule: "duplicate",
        message: `Says the same as ${same.id} in line ${same.span.startLine}.`,
        ...place,
      });
    else seen.set(requirement.hash, requirement);
    if (requirement.label === undefined) continue;
    const named = labels.get(requirement.label);
    if (named && named.hash !== requirement.hash) {
      findings.push({
        rule: "duplicate",
        message: `The label ${requirement.label} is already used in line ${named.span.startLine}.`,
        ...place,
      });
    } else labels.set(requirement.label, requirement);
  }
  return findings;
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
