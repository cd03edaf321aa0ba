import type { Requirement } from "@ccb/core";
import { toTerms } from "../assemble/_to-terms.ts";
import type { LintFinding } from "./lint-spec.ts";

/** How much of their words two requirements must share to be about the same thing. */
const ALIKE = 0.6;

/** Pairs of requirements that say the same with different numbers: "at most 5 members" and "at most 8 members". */
export function findContradictions(requirements: readonly Requirement[]): LintFinding[] {
  const groups = new Map<string, { requirement: Requirement; terms: Set<string> }[]>();
  const findings: LintFinding[] = [];
  for (const requirement of requirements) {
    const { measure } = requirement;
    if (!measure) continue;
    const key = `${measure.unit}`;
    const terms = new Set(toTerms(withoutNumbers(requirement.text)));
    const others = groups.get(key) ?? [];
    for (const other of others) {
      const theirs = other.requirement.measure;
      if (!theirs || !differ(measure, theirs) || !areAlike(terms, other.terms)) continue;
      findings.push({
        rule: "contradiction",
        message:
          `Names ${measure.value} ${measure.unit}, but ${other.requirement.id} in line ${other.requirement.span.startLine} names ${theirs.value} for the same.`.replace(
            /\s+,/g,
            ",",
          ),
        span: requirement.span,
        requirementId: requirement.id,
      });
      break;
    }
    if (others.length < 400) groups.set(key, [...others, { requirement, terms }]);
  }
  return findings;
}

function withoutNumbers(text: string): string {
  return text.replace(/[\d.,]+/g, " ");
}

type Measure = NonNullable<Requirement["measure"]>;

/** A lower and an upper bound may both hold; two bounds of one side, or two exact values, may not differ. */
function differ(a: Measure, b: Measure): boolean {
  if (a.value === b.value) return false;
  const side = (measure: Measure): string => measure.comparator.charAt(0);
  if (side(a) === side(b)) return true;
  const [low, high] = side(a) === ">" ? [a, b] : [b, a];
  return side(low) === ">" && side(high) === "<" && low.value > high.value;
}

function areAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size < 2 || b.size < 2) return false;
  let common = 0;
  for (const term of a) if (b.has(term)) common++;
  return common / (a.size + b.size - common) >= ALIKE;
}
