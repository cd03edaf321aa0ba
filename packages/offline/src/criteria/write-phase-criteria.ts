import type { Criterion, PhaseCriteria } from "@ccb/core";
import { readSpec, type SpecReading } from "../analysis/read-spec.ts";
import { offlineLabel } from "../offline-label.ts";
import { locatePart } from "../plan/locate-part.ts";
import type { Prompt, PromptRequirement } from "../request/read-prompt.ts";
import { createCriterionIds, writeCriteria } from "./criteria-by-text.ts";
import { writeServiceCriteria } from "./service-criteria.ts";

type TakeId = ReturnType<typeof createCriterionIds>;

/** The criteria of the phase in a prompt: checks of a service where it builds one; every requirement is named by a criterion. */
export function writePhaseCriteria(prompt: Prompt): PhaseCriteria {
  const takeId = createCriterionIds();
  const spec = readSpec(prompt);
  const checks = writeServiceCriteria(prompt);
  const named = new Set(checks.flatMap(({ requirementIds }) => requirementIds));
  const open = spec.requirements.filter(({ id }) => !named.has(id));
  const criteria = [...checks, ...writeCriteria(open, { takeId, rawText: createRawReader(spec) })];
  return { criteria: criteria.length > 0 ? criteria : writeFileCriteria(prompt, takeId) };
}

/** Requirements carry plain text; the specification still has the marks of code that tell a path from a word. */
function createRawReader(spec: SpecReading): (requirement: PromptRequirement) => string {
  const shift = locatePart(spec);
  return ({ text, span }) => {
    const raw = spec.text.slice(Math.max(0, span[0] - shift), Math.max(0, span[1] - shift));
    return raw.includes(text.split(" ")[0] ?? "") && raw !== "" ? raw : text;
  };
}

/** A phase that fulfils no requirement is judged by the files that its tasks make. */
function writeFileCriteria(prompt: Prompt, takeId: TakeId): Criterion[] {
  const files = [...new Set(prompt.phase?.tasks.flatMap((task) => task.files) ?? [])].slice(0, 8);
  if (files.length > 0) return files.map((path) => fileCriterion(path, takeId));
  return [
    {
      ...fileCriterion("", takeId),
      description: `The phase "${prompt.phase?.name ?? "of the plan"}" is finished as its tasks describe it.`,
      steps: ["Read the descriptions of the phase's tasks.", "Start the product and compare."],
      expectedResult: "Each task's description holds.",
      validationMethod: `manual: the phase fulfils no stated requirement, so ${offlineLabel} has nothing that it could check.`,
      check: null,
    },
  ];
}

function fileCriterion(path: string, takeId: TakeId): Criterion {
  return {
    id: takeId("functional"),
    category: "functional",
    description: `The file ${path} is there.`,
    steps: [`Look for ${path}.`],
    expectedResult: `${path} exists.`,
    validationMethod: "CCB looks for the file.",
    testData: [],
    requirementIds: [],
    check: { kind: "file", path, expect: { exists: true } },
  };
}
