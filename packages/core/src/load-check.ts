import { z } from "zod";
import { httpMethodSchema, httpStepSchema, serviceSchema } from "./check-parts.ts";

/** Send requests from many clients at once and measure: each client sends its next request when it has the answer to its last. */
export const loadCheckSchema = z.object({
  kind: z.literal("load"),
  service: serviceSchema,
  /** Requests before the load, for data it needs. */
  setup: z.array(httpStepSchema).optional(),
  /** Sent in turn. `{{name}}` is a value that the setup saved, `{{n}}` the request's number. */
  requests: z
    .array(
      z.object({
        method: httpMethodSchema,
        path: z.string().startsWith("/"),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.json().optional(),
        /** Any other status is an error; default: every status below 400. */
        status: z.array(z.int()).min(1).optional(),
      }),
    )
    .min(1),
  concurrency: z.int().min(1).max(256),
  durationMs: z.int().min(100).max(300_000),
  /** Milliseconds of the same load before anything counts; default 0. */
  warmUpMs: z.int().nonnegative().max(60_000).optional(),
  expect: z.object({
    p95Ms: z.number().positive().optional(),
    p99Ms: z.number().positive().optional(),
    /** Greatest share of errors, 0 to 1; default 0. */
    errorRate: z.number().min(0).max(1).optional(),
    requestsPerSecond: z.number().positive().optional(),
  }),
});
export type LoadCheck = z.infer<typeof loadCheckSchema>;
