import type { PhaseCriteria } from "@ccb/core";
import { readSpec } from "../analysis/read-spec.ts";
import { offlineLabel } from "../offline-label.ts";
import type { Prompt } from "../request/read-prompt.ts";
import { createCriterionIds, writeCriteria } from "./criteria-by-text.ts";

/** The criteria of the phase in a prompt: every requirement is named by one. */
export function writePhaseCriteria(prompt: Prompt): PhaseCriteria {
  const takeId = createCriterionIds();
  const criteria = writeCriteria(readSpec(prompt).requirements, takeId);
  if (criteria.length > 0) return { criteria };
  const id = takeId("functional");
  return {
    criteria: [
      {
        id,
        category: "functional",
        description: `The phase "${prompt.phase?.name ?? "of the plan"}" is finished as its tasks describe it.`,
        steps: ["Read the descriptions of the phase's tasks.", "Start the product and compare."],
        expectedResult: "Each task's description holds.",
        validationMethod: `manual: the phase fulfils no stated requirement, so ${offlineLabel} has nothing that it could check.`,
        testData: [],
        requirementIds: [],
        check: null,
      },
    ],
  };
}
