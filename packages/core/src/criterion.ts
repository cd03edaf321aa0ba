import { z } from "zod";
import { checkSchema } from "./check.ts";

/** An acceptance criterion of a phase. One without a check cannot be verified and is never counted as passed. */
export const criterionSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/),
  category: z.enum(["functional", "performance", "security", "integration"]),
  description: z.string().min(1),
  steps: z.array(z.string()),
  expectedResult: z.string().min(1),
  validationMethod: z.string().min(1),
  testData: z.array(z.string()),
  requirementIds: z.array(z.string()),
  check: checkSchema.nullable().describe("how CCB verifies the criterion itself; null only if no machine can check it"),
});
export type Criterion = z.infer<typeof criterionSchema>;

/** The criteria of one phase, as the acceptance generator writes them. */
export const phaseCriteriaSchema = z.object({ criteria: z.array(criterionSchema).min(1) });
export type PhaseCriteria = z.infer<typeof phaseCriteriaSchema>;
