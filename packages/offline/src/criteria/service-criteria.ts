import type { Criterion, Phase } from "@ccb/core";
import { readSpec } from "../analysis/read-spec.ts";
import { createIdMaker } from "../plan/_id-maker.ts";
import { findTaskParts, partsFor } from "../plan/service-parts.ts";
import type { Prompt, PromptRequirement } from "../request/read-prompt.ts";
import {
  explainRequirement,
  planServiceChecks,
  planServiceParts,
  readServiceModel,
  type ServiceCriterion,
  type ServiceModel,
} from "../service/index.ts";

/**
 * The criteria of a phase that builds parts of a service: black-box checks of these parts, each with the requirements that it is about. Empty for
 * any other phase, and where the prompt holds only a part of the specification: a check computed from a part would fail good work.
 */
export function writeServiceCriteria(prompt: Prompt): Criterion[] {
  const spec = readSpec(prompt);
  if (!prompt.phase || !spec.complete) return [];
  const model = readServiceModel(spec.text);
  const partIds = [...new Set(prompt.phase.tasks.flatMap((task) => findTaskParts(model, task)))];
  if (partIds.length === 0) return [];
  const found = planServiceChecks(model, partIds);
  const checks = found.some(({ check }) => check.kind === "command")
    ? found
    : [...found, ownTests(prompt.phase, partIds)];
  const requirementsOf = matchRequirements({ model, checks, requirements: spec.requirements, partIds });
  const takeId = createIdMaker([]);
  return checks.map((criterion) => ({
    id: takeId(criterion.id, "criterion"),
    category: criterion.category,
    description: `${criterion.title}: ${criterion.description}`,
    steps: criterion.steps,
    expectedResult: criterion.expectedResult,
    validationMethod: methods[criterion.check.kind],
    testData: [],
    requirementIds: requirementsOf.get(criterion) ?? [],
    check: criterion.check,
  }));
}

const methods = {
  http: "CCB starts the service with an empty database, sends the requests and compares each answer.",
  command: "CCB runs the command in the project directory.",
  file: "CCB looks at the file.",
};

function ownTests(phase: Phase, parts: string[]): ServiceCriterion {
  return {
    id: `${phase.id}-own-tests`,
    title: "The service's own tests pass",
    category: "functional",
    description: "npm test runs the tests of the service against the service itself.",
    steps: ["Run npm test."],
    expectedResult: "The command ends with code 0.",
    parts,
    check: { kind: "command", command: "npm test", timeoutMs: 300_000, expect: { exitCode: 0 } },
  };
}

/** Which criteria a requirement's names and words speak of, by the end of the criterion's id. */
const aspects: [id: RegExp, asked: RegExp][] = [
  [
    /-records$/,
    /entity:|endpoint:|feature:(?:timestamps|ids|create-answer|delete-answer|partial-update|replace|not-found)/,
  ],
  [
    /-validation$/,
    /feature:(?:validation|unknown-fields)|\b(?:fields?|required|max\w*|min\w*|length|characters|invalid|rules?|4(?:00|22))\b/i,
  ],
  [
    /-lists$/,
    /feature:(?:list|pagination|sort|filter|search)|\b(?:lists?|listed|filter\w*|sort\w*|search\w*|pages?)\b/i,
  ],
  [/-integrity$/, /feature:(?:unique|conflict|references)|\b(?:unique|refer\w*|exist\w*|belongs? to|409)\b/i],
  [/-states$/, /transitions:|\b(?:states?|status|transitions?)\b/i],
  [/-access$/, /feature:auth\b/],
  [/-answers$/, /feature:(?:health|not-found|method-not-allowed)/],
  [/-description$/, /feature:openapi/],
  [/-package$/, /feature:(?:platform|tests)/],
];

interface Matching {
  model: ServiceModel;
  checks: ServiceCriterion[];
  requirements: readonly PromptRequirement[];
  partIds: string[];
}

/**
 * Each requirement stands at the criteria of its parts that its names speak of, and its words where it is about records; where none fits, at the
 * service's own tests.
 */
function matchRequirements({ model, checks, requirements, partIds }: Matching): Map<ServiceCriterion, string[]> {
  const parts = planServiceParts(model);
  const found = new Map<ServiceCriterion, string[]>(checks.map((check) => [check, []]));
  for (const { id, text, span, headingPath } of requirements) {
    const explained = explainRequirement(model, { text, span: { start: span[0], end: span[1] }, headingPath });
    if (!explained.buildable) continue;
    const own = partsFor(explained.parts, parts).map((part) => part.id);
    const ofParts = new Set(own.filter((part) => partIds.includes(part)));
    const near = checks.filter((check) => check.parts.some((part) => ofParts.has(part)));
    const isFeature = explained.parts.every((name) => name.startsWith("feature:"));
    const asked = isFeature ? explained.parts.join(" ") : `${explained.parts.join(" ")} ${text}`;
    const fitting = near.filter((check) => aspects.some(([end, words]) => end.test(check.id) && words.test(asked)));
    const ownTests = near.filter(({ check }) => check.kind === "command");
    const chosen = [fitting, ownTests, near].find((candidates) => candidates.length > 0) ?? [];
    for (const criterion of chosen) found.get(criterion)?.push(id);
  }
  return found;
}
