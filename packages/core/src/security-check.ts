import { z } from "zod";
import { httpMethodSchema, httpStepSchema, serviceSchema } from "./check-parts.ts";

const injectionClasses = ["sql", "path", "html", "command", "template"] as const;
export type InjectionClass = (typeof injectionClasses)[number];

/** Attack the service under test: headers, injection probes, secrets in answers. */
export const securityCheckSchema = z.object({
  kind: z.literal("security"),
  service: serviceSchema,
  /** Requests before the attack, for data and tokens it needs. Their answers are searched for secrets too. */
  setup: z.array(httpStepSchema).optional(),
  /** Paths that are looked at for headers and secrets; default: the service's readyPath. */
  paths: z.array(z.string().startsWith("/")).min(1).optional(),
  /** Header name → text its value must contain, or null for a header that must not be sent. */
  headers: z.record(z.string(), z.string().nullable()).optional(),
  /** Requests that hold `{{probe}}` in path, header or body; each hostile input is put there. */
  probes: z
    .array(
      z.object({
        method: httpMethodSchema,
        path: z.string().startsWith("/"),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.json().optional(),
        /** Default: all. */
        classes: z.array(z.enum(injectionClasses)).min(1).optional(),
      }),
    )
    .optional(),
  /** Members of JSON answers that must never be sent; default: password, passwordHash, secret, and the like. */
  secretFields: z.array(z.string().min(1)).optional(),
});
export type SecurityCheck = z.infer<typeof securityCheckSchema>;
