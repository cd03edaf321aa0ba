import type { Analysis } from "@ccb/core";
import type { SpecReading } from "./read-spec.ts";

interface Share {
  points: number;
  reason: string;
}

/**
 * Complexity from 0 to 100 by counting: requirements, sections, length, and requirements of the kinds that cost most. Simple to 25, moderate to 50,
 * complex to 75, critical above. The weights are this rule's own, chosen so that a service of three entities is simple.
 */
export function scoreComplexity(
  spec: SpecReading,
  parts: number,
): Pick<Analysis, "complexity" | "complexityScore" | "complexityReasons"> {
  const count = (kind: string) => spec.requirements.filter((requirement) => requirement.kind === kind).length;
  const shares: Share[] = [
    share("Requirements", { count: spec.requirements.length, weight: 0.35, most: 35 }),
    share("Sections", { count: spec.sections.filter(({ level }) => level > 0).length, weight: 0.3, most: 15 }),
    share("Components", { count: parts, weight: 1.5, most: 15 }),
    share("Integrations with other systems", { count: count("integration"), weight: 1.5, most: 12 }),
    share("Security requirements", { count: count("security"), weight: 0.8, most: 10 }),
    share("Performance requirements", { count: count("performance"), weight: 1, most: 8 }),
    share("Thousands of words", { count: Math.round(spec.words / 1000), weight: 0.5, most: 5 }),
  ];
  const score = Math.min(100, Math.round(shares.reduce((sum, { points }) => sum + points, 0)));
  return {
    complexity: score <= 25 ? "simple" : score <= 50 ? "moderate" : score <= 75 ? "complex" : "critical",
    complexityScore: score,
    complexityReasons: shares.filter(({ points }) => points > 0).map(({ reason }) => reason),
  };
}

function share(what: string, counted: { count: number; weight: number; most: number }): Share {
  const { count, weight, most } = counted;
  const points = Math.min(most, Math.round(count * weight * 10) / 10);
  return { points, reason: `${what}: ${count} (${points} points of at most ${most})` };
}

const hoursByKind: Record<string, number> = {
  functional: 1.5,
  performance: 3,
  security: 2.5,
  integration: 4,
  constraint: 0.5,
};

/** Hours of an experienced developer: a start of 4, and a fixed share by requirement kind; optional ones count half. */
export function estimateHours(spec: SpecReading): number {
  const hours = spec.requirements.reduce(
    (sum, { kind, priority }) => sum + (hoursByKind[kind] ?? 1.5) * (priority === "could" ? 0.5 : 1),
    spec.requirements.length === 0 ? spec.sections.length * 2 : 0,
  );
  return Math.round(4 + hours);
}
