import { unsupportedReason } from "./rules/unsupported.ts";
import type { ServiceModel, SourceSpan } from "./service-model.ts";

/** The part of a requirement that the generator needs to match it with the spec. */
export interface ExplainedRequirement {
  text: string;
  span: Pick<SourceSpan, "start" | "end">;
  headingPath: readonly string[];
}

export type RequirementExplanation = { buildable: true; parts: string[] } | { buildable: false; reason: string };

/**
 * Says whether a rule really builds a requirement, and which entities, endpoints and features it concerns. One clause
 * that no rule covers makes the whole requirement not buildable: half of a promise is not a promise.
 */
export function explainRequirement(model: ServiceModel, requirement: ExplainedRequirement): RequirementExplanation {
  const { start, end } = requirement.span;
  const touched = model.statements.filter((statement) => statement.span.start < end && start < statement.span.end);
  const refused = touched.find((statement) => statement.reason !== undefined);
  if (refused?.reason !== undefined) return { buildable: false, reason: refused.reason };
  const parts = [...new Set(touched.flatMap((statement) => statement.parts))];
  if (parts.length > 0) return { buildable: true, parts };
  return {
    buildable: false,
    reason: unsupportedReason(requirement.text) ?? "no rule of the offline dialect covers it",
  };
}
