import { CcbError } from "@ccb/core";
import { z } from "zod";

const share = z.number().gt(0).lte(1);
const amount = z.number().positive();

const rulesSchema = z.strictObject({
  /** Share of the cap that has been spent, 0 to 1. */
  costShare: share.optional(),
  /** US dollars that one task has cost. */
  taskCostUsd: amount.optional(),
  /** Share of the last calls that were not answered in full, 0 to 1. */
  errorShare: share.optional(),
  /** Seconds that 95 of 100 of the last calls took at most. */
  p95LatencySeconds: amount.optional(),
  /** Seconds in which nothing at all happened. */
  stalledSeconds: amount.optional(),
  /** Tasks that have failed for good. */
  failedTasks: z.number().int().positive().optional(),
  /** How many of the last calls errorShare and p95LatencySeconds look at; neither says anything before there are as many. Default 20. */
  window: z.number().int().min(2).max(10_000).optional(),
  /** Told of each alert with a POST of JSON. */
  webhook: z.url({ protocol: /^https?$/ }).optional(),
  /** Program and arguments, run for each alert with its JSON on standard input. */
  command: z.array(z.string().min(1)).min(1).optional(),
});

/** When to raise an alert and whom to tell. Money in US dollars, times in seconds, shares from 0 to 1. */
export type AlertRules = z.infer<typeof rulesSchema>;

/** The rules from the content of a configuration file. CcbError `bad-input` that names the place, since a misspelled threshold would never be crossed. */
export function parseAlertRules(value: unknown): AlertRules {
  const parsed = rulesSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = ["alerts", ...(issue?.path ?? [])].join(".");
  throw new CcbError({
    code: "bad-input",
    message: `${place}: ${issue?.message ?? "is not as expected"}.`,
    hint: `Known: ${Object.keys(rulesSchema.shape).join(", ")}. Example: { costShare: 0.8, errorShare: 0.25 }`,
  });
}
