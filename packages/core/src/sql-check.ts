import { z } from "zod";
import { httpStepSchema, jsonAssertionSchema, serviceSchema } from "./check-parts.ts";

/** One read of a database; the assertions see the rows as a JSON array of objects. */
export const sqlQuerySchema = z.object({
  name: z.string().optional(),
  sql: z.string().min(1),
  /** For `?` in SQLite and `$1` in PostgreSQL. A text that is `{{name}}` is a value saved by a request. */
  parameters: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  expect: z.object({
    rows: z.int().nonnegative().optional(),
    json: z.array(jsonAssertionSchema).optional(),
  }),
});
export type SqlQuery = z.infer<typeof sqlQuerySchema>;

/**
 * Look into a database, after requests to the service under test where there are any. The database is opened for reading only, so a check cannot make true what
 * it checks.
 */
export const sqlCheckSchema = z.object({
  kind: z.literal("sql"),
  database: z.discriminatedUnion("engine", [
    /** A file of the project, or one below the service's `{{tmp}}`. */
    z.object({ engine: z.literal("sqlite"), file: z.string().min(1) }),
    /** `{{NAME}}` stands for a variable of the environment, such as DATABASE_URL. */
    z.object({ engine: z.literal("postgres"), url: z.string().min(1) }),
  ]),
  service: serviceSchema.optional(),
  requests: z.array(httpStepSchema).optional(),
  queries: z.array(sqlQuerySchema).min(1),
});
export type SqlCheck = z.infer<typeof sqlCheckSchema>;
