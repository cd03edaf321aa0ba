import type { Requirement } from "@ccb/core";
import { findSubject, type Subject } from "./_same-subject.ts";
import type { LintFinding } from "./lint-spec.ts";

/**
 * Pairs of requirements that say the same with different numbers: "at most 5 members" and "at most 8 members". Numbers contradict
 * only where subject and quantity are the same: all other words are, other numbers too, and for a field or a row also the heading.
 */
export function findContradictions(requirements: readonly Requirement[]): LintFinding[] {
  const known = new Map<string, { requirement: Requirement; subject: Subject }[]>();
  const findings: LintFinding[] = [];
  for (const requirement of requirements) {
    const subject = findSubject(requirement);
    if (!subject) continue;
    const others = known.get(subject.key) ?? [];
    const other = others.find((candidate) => differ(candidate.subject, subject));
    if (other) findings.push(toFinding(requirement, other.requirement));
    // The same value again cannot clash with anything the first one does not clash with.
    if (!others.some((candidate) => isSame(candidate.subject, subject)) && others.length < MOST) {
      known.set(subject.key, [...others, { requirement, subject }]);
    }
  }
  return findings;
}

/** Different values of one subject that are remembered: a guard against documents that are nothing but numbers. */
const MOST = 20;

function toFinding(requirement: Requirement, other: Requirement): LintFinding {
  const theirs = `${other.id} in line ${other.span.startLine} names ${nameValue(other)} for the same`;
  return {
    rule: "contradiction",
    message: `Names ${nameValue(requirement)}, but ${theirs}.`,
    span: requirement.span,
    requirementId: requirement.id,
  };
}

function nameValue({ measure }: Requirement): string {
  return measure ? `${measure.value} ${measure.unit}`.trim() : "";
}

function isSame(a: Subject, b: Subject): boolean {
  return a.value === b.value && a.comparator === b.comparator;
}

/** A lower and an upper bound may both hold; two bounds of one side, or two exact values, may not differ. */
function differ(a: Subject, b: Subject): boolean {
  if (a.value === b.value) return false;
  const side = (subject: Subject): string => subject.comparator.charAt(0);
  if (side(a) === side(b)) return true;
  if (side(a) === "=" || side(b) === "=") {
    const [exact, bound] = side(a) === "=" ? [a, b] : [b, a];
    return side(bound) === "<" ? exact.value > bound.value : exact.value < bound.value;
  }
  const [low, high] = side(a) === ">" ? [a, b] : [b, a];
  return low.value > high.value;
}
