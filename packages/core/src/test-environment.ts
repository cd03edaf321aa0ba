import { z } from "zod";

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const variableSchema = z.string().regex(/^[A-Z_][A-Z0-9_]*$/);

/** Rows made from the table's own columns. */
const generatedRowsSchema = z.object({
  table: z.string().min(1),
  rows: z.int().min(1).max(100_000),
});

/** A service that the product under test needs beside itself. Each run has its own, with its own port and its own folder. */
const environmentServiceSchema = z.discriminatedUnion("use", [
  z.object({
    use: z.literal("postgres"),
    name: nameSchema.optional(),
    /** Gets the address; default DATABASE_URL. */
    variable: variableSchema.optional(),
    /** SQL, or paths of .sql files in the project; run in order once the server is up. */
    seed: z.array(z.string().min(1)).optional(),
    generate: z.array(generatedRowsSchema).optional(),
  }),
  z.object({
    use: z.literal("redis"),
    name: nameSchema.optional(),
    /** Gets the address; default REDIS_URL. */
    variable: variableSchema.optional(),
    /** Commands, such as "SET greeting hello". */
    seed: z.array(z.string().min(1)).optional(),
  }),
  z.object({
    use: z.literal("command"),
    name: nameSchema,
    /** Started in the project directory; PORT is the port that it must listen on, DATA_DIR an empty folder of its own. */
    command: z.string().min(1),
    /** Awaited with GET until it answers below 500; default: until the port takes connections. */
    readyPath: z.string().startsWith("/").optional(),
    readyTimeoutMs: z.int().positive().max(300_000).optional(),
    env: z.record(z.string(), z.string()).optional(),
    /** Variable name → value, in which {{port}} and {{url}} (http) stand for the service's. */
    variables: z.record(variableSchema, z.string()).optional(),
    /** Shell commands, run in order once it is ready. */
    seed: z.array(z.string().min(1)).optional(),
  }),
]);
export type EnvironmentService = z.infer<typeof environmentServiceSchema>;

/** What checks need around the product: services, started in this order and ended in the other, and variables. */
export const testEnvironmentSchema = z.object({
  services: z.array(environmentServiceSchema),
  variables: z.record(variableSchema, z.string()).optional(),
});
export type TestEnvironment = z.infer<typeof testEnvironmentSchema>;
