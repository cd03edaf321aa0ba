import type { Requirement } from "@ccb/core";
import { classifyKind, classifyPriority } from "./_classify.ts";
import { collectCandidates } from "./_collect-candidates.ts";
import { createIdentifier, hashText } from "./_identify.ts";
import { parseMeasure } from "./_parse-measure.ts";

/**
 * Finds the requirements a specification states, by rule and without a model: modal sentences, EARS forms, user stories,
 * acceptance and checkbox items, labelled statements, tables of requirements, endpoints and fields.
 */
export function extractRequirements(text: string): Requirement[] {
  const candidates = collectCandidates(text);
  const identify = createIdentifier(candidates);
  return candidates.map((candidate) => {
    const { headingPath, label } = candidate;
    const requirement: Requirement = {
      id: identify(candidate),
      text: candidate.text,
      kind: classifyKind(candidate.text, headingPath, candidate.source),
      priority: classifyPriority(candidate.text, candidate.priority),
      span: {
        start: candidate.start,
        end: candidate.end,
        startLine: candidate.startLine,
        endLine: candidate.endLine,
      },
      hash: hashText(candidate.text),
      headingPath,
    };
    if (label !== undefined) requirement.label = label;
    const measure = parseMeasure(candidate.text);
    if (measure) requirement.measure = measure;
    return requirement;
  });
}
