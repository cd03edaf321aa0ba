import { z } from "zod";

/** One assertion on a JSON answer; `path` is dotted ("items.0.id"), "" is the whole document. */
export const jsonAssertionSchema = z.object({
  path: z.string(),
  op: z.enum(["equals", "exists", "absent", "type", "length", "includes", "matches", "gte", "lte"]),
  /** equals: any JSON; type: string|number|integer|boolean|array|object|null; length, gte, lte: number; matches: a regular expression. */
  value: z.json().optional(),
});
export type JsonAssertion = z.infer<typeof jsonAssertionSchema>;

export const httpMethodSchema = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

/** One request of an http check. `{{name}}` in path, headers and body stands for a value saved by an earlier request. */
export const httpStepSchema = z.object({
  name: z.string().optional(),
  method: httpMethodSchema,
  path: z.string().startsWith("/"),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  expect: z.object({
    status: z.union([z.int(), z.array(z.int()).min(1)]),
    /** Header name → text its value must contain, compared without case. */
    headers: z.record(z.string(), z.string()).optional(),
    json: z.array(jsonAssertionSchema).optional(),
  }),
  /** Variable name → dotted path in the JSON answer. */
  save: z.record(z.string(), z.string()).optional(),
});
export type HttpStep = z.infer<typeof httpStepSchema>;

/** How to start the service under test. The runner sets `PORT`; `{{tmp}}` in an env value is a fresh, empty folder. */
export const serviceSchema = z.object({
  command: z.string().min(1),
  readyPath: z.string().startsWith("/"),
  readyTimeoutMs: z.int().positive().max(300_000).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
export type ServiceUnderTest = z.infer<typeof serviceSchema>;

/** What is expected of a program that ran to its end. */
export const programExpectationSchema = z.object({
  exitCode: z.int().min(0).max(255),
  stdoutIncludes: z.array(z.string()).optional(),
  stdoutMatches: z.string().optional(),
});

/** Milliseconds; the process group is ended after it. */
export const programTimeoutSchema = z.int().positive().max(1_800_000);
