import { z } from "zod";
import { httpStepSchema, serviceSchema } from "./check-parts.ts";

/** A CSS selector, or `text=…`, `label=…`, `placeholder=…`, `role=button[name="Save"]`. */
const targetSchema = z.string().min(1);

/** One thing that a visitor does or sees. */
export const browserStepSchema = z.discriminatedUnion("do", [
  z.object({ do: z.literal("open"), path: z.string().startsWith("/") }),
  z.object({ do: z.literal("click"), target: targetSchema }),
  z.object({ do: z.literal("fill"), target: targetSchema, value: z.string() }),
  z.object({ do: z.literal("select"), target: targetSchema, value: z.string() }),
  z.object({ do: z.literal("press"), target: targetSchema, key: z.string().min(1) }),
  z.object({ do: z.literal("reload") }),
  /** What must come true within the step's time: each field that is given. */
  z.object({
    do: z.literal("see"),
    target: targetSchema.optional(),
    /** Contained in the target's text, or in the page's where no target is named. */
    text: z.string().optional(),
    /** How many elements the target has; 0 for one that must not be there. */
    count: z.int().nonnegative().optional(),
    /** Value of an input. */
    value: z.string().optional(),
    title: z.string().optional(),
    /** Contained in the address's path and query. */
    url: z.string().optional(),
  }),
]);
export type BrowserStep = z.infer<typeof browserStepSchema>;

/** Use the service's pages as a visitor does, in headless Chromium. */
export const browserCheckSchema = z.object({
  kind: z.literal("browser"),
  service: serviceSchema,
  /** Requests before the browser opens, for data that the pages show. */
  requests: z.array(httpStepSchema).optional(),
  steps: z.array(browserStepSchema).min(1),
  /** Milliseconds that each step may take; default 5000. */
  stepTimeoutMs: z.int().positive().max(60_000).optional(),
  /** Uncaught errors and failed requests of the page fail the check unless this is true. */
  allowPageErrors: z.boolean().optional(),
});
export type BrowserCheck = z.infer<typeof browserCheckSchema>;
