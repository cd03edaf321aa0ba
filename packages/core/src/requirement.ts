import { z } from "zod";

/** A half-open range of the specification's text in UTF-16 code units, with its 1-based, inclusive lines. */
export const spanSchema = z.object({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  startLine: z.int().positive(),
  endLine: z.int().positive(),
});
export type Span = z.infer<typeof spanSchema>;

const requirementKinds = ["functional", "performance", "security", "integration", "constraint"] as const;

/** One testable statement found in a specification. */
export const requirementSchema = z.object({
  /** Stable under edits elsewhere in the specification. */
  id: z.string().min(1),
  text: z.string().min(1),
  kind: z.enum(requirementKinds),
  priority: z.enum(["must", "should", "could"]),
  span: spanSchema,
  /** Hash of the normalised text: equal hashes mean the requirement did not change. */
  hash: z.string(),
  headingPath: z.array(z.string()),
  /** The document's own id, such as "FR-12". */
  label: z.string().optional(),
  /** The measurable value, where the text names one. */
  measure: z
    .object({ comparator: z.enum(["<=", ">=", "<", ">", "="]), value: z.number(), unit: z.string() })
    .optional(),
});
export type Requirement = z.infer<typeof requirementSchema>;
export type RequirementKind = Requirement["kind"];
