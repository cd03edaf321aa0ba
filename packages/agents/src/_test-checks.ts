import { type Check, phaseCriteriaSchema } from "@ccb/core";
import { criterion } from "./_test-inputs.ts";

/** The JSON lines of a prompt that are checks, held against the schema of a criterion. */
export function checkSchemaExamples(prompt: string): Check[] {
  const lines = prompt.split("\n").filter((line) => line.startsWith('{"kind"'));
  return lines.map((line) => {
    const { criteria } = phaseCriteriaSchema.parse({ criteria: [{ ...criterion, check: JSON.parse(line) }] });
    const check = criteria[0]?.check;
    if (!check) throw new Error(`No check: ${line}`);
    return check;
  });
}
