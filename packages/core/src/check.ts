import { z } from "zod";
import { browserCheckSchema } from "./browser-check.ts";
import { httpStepSchema, programExpectationSchema, programTimeoutSchema, serviceSchema } from "./check-parts.ts";
import { loadCheckSchema } from "./load-check.ts";
import { securityCheckSchema } from "./security-check.ts";
import { sqlCheckSchema } from "./sql-check.ts";

/** Run a shell command in the project directory. */
export const commandCheckSchema = z.object({
  kind: z.literal("command"),
  command: z.string().min(1),
  timeoutMs: programTimeoutSchema.optional(),
  expect: programExpectationSchema,
});

/** Look at a file of the project. */
export const fileCheckSchema = z.object({
  kind: z.literal("file"),
  path: z.string().min(1),
  expect: z.object({
    exists: z.boolean(),
    contains: z.array(z.string()).optional(),
    matches: z.string().optional(),
  }),
});

/** Start the service, wait until it is ready, send requests in order, stop it. */
export const httpCheckSchema = z.object({
  kind: z.literal("http"),
  service: serviceSchema,
  requests: z.array(httpStepSchema).min(1),
});

/** Run a program that is part of the check itself and lies outside the project; `SERVICE_URL` is the service's address where there is one. */
export const scriptCheckSchema = z.object({
  kind: z.literal("script"),
  language: z.enum(["node", "python", "sh"]),
  source: z.string().min(1).max(100_000),
  service: serviceSchema.optional(),
  timeoutMs: programTimeoutSchema.optional(),
  expect: programExpectationSchema,
});

/** A kind of check that the user of CCB added; `input` is what that kind takes. */
const customCheckSchema = z.object({
  kind: z.literal("custom"),
  use: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  input: z.json(),
});

/** A check that CCB runs itself; no field of it lets a model report a result. */
export const checkSchema = z.discriminatedUnion("kind", [
  commandCheckSchema,
  fileCheckSchema,
  httpCheckSchema,
  sqlCheckSchema,
  browserCheckSchema,
  loadCheckSchema,
  securityCheckSchema,
  scriptCheckSchema,
  customCheckSchema,
]);
export type Check = z.infer<typeof checkSchema>;
export type CommandCheck = z.infer<typeof commandCheckSchema>;
export type FileCheck = z.infer<typeof fileCheckSchema>;
export type HttpCheck = z.infer<typeof httpCheckSchema>;
export type ScriptCheck = z.infer<typeof scriptCheckSchema>;
