import { z } from "zod";

/** What a service gets beside its input. */
export interface ServiceContext {
  /** Aborted when the client cancels the call or goes away. */
  signal: AbortSignal;
  /** Tells the client how far the call is, where it asked to be told. */
  report: (progress: { done: number; total?: number; message: string }) => void;
}

const limit = (usual: number) => z.number().positive().default(usual);
const texts = z.array(z.string());
const usd = z.number();

/** Inputs and outputs of the server's tools; their schemas are what a client is given, so they are kept small. */
export const serviceSchemas = {
  plan_spec: {
    description: "Plan a specification by rule, at no cost; saves nothing.",
    input: z.object({
      path: z.string().optional().describe("file or folder, inside the served directory"),
      text: z.string().optional().describe("the specification itself"),
    }),
    output: z.object({
      title: z.string(),
      requirements: z.number(),
      criteria: z.number(),
      phases: z.array(
        z.object({ id: z.string(), name: z.string(), tasks: z.array(z.object({ id: z.string(), name: z.string() })) }),
      ),
      waived: texts,
      forecastUsd: z.object({ low: usd, expected: usd, high: usd }),
    }),
    readOnly: true,
  },
  list_requirements: {
    description: "Requirements of the project with their status.",
    input: z.object({
      query: z.string().optional(),
      status: z.enum(["verified", "failed", "unverified", "waived", "not-built"]).optional(),
      limit: limit(50),
    }),
    output: z.object({
      total: z.number(),
      requirements: z.array(
        z.object({ id: z.string(), text: z.string(), priority: z.string(), line: z.number(), status: z.string() }),
      ),
    }),
    readOnly: true,
  },
  trace_requirement: {
    description: "Follow one requirement to its tasks, commits, criteria and evidence.",
    input: z.object({ id: z.string() }),
    output: z.object({
      id: z.string(),
      text: z.string(),
      status: z.string(),
      waiver: z.string().optional(),
      tasks: z.array(z.object({ id: z.string(), commit: z.string().optional() })),
      criteria: z.array(z.object({ id: z.string(), passed: z.boolean().optional(), evidence: z.string().optional() })),
    }),
    readOnly: true,
  },
  search_spec: {
    description: "Find the parts of the specification that speak of something.",
    input: z.object({ query: z.string().min(1), limit: limit(5) }),
    output: z.object({
      hits: z.array(z.object({ heading: z.string(), line: z.number(), text: z.string() })),
    }),
    readOnly: true,
  },
  list_tasks: {
    description: "Tasks of the plan. ready: all it depends on is done.",
    input: z.object({ status: z.enum(["ready", "waiting", "claimed", "running", "done", "failed"]).optional() }),
    output: z.object({
      tasks: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          phase: z.string(),
          status: z.string(),
          dependsOn: texts,
          claimedBy: z.string().optional(),
        }),
      ),
    }),
    readOnly: true,
  },
  claim_task: {
    description: "Take a ready task (the next one by default) for two hours and get its instructions, or release it.",
    input: z.object({ task: z.string().optional(), by: z.string().min(1), release: z.boolean().default(false) }),
    output: z.object({
      task: z.string(),
      claimed: z.boolean(),
      until: z.string().optional(),
      instructions: z.string(),
    }),
    readOnly: false,
  },
  run_checks: {
    description: "Run acceptance checks against the code as it is now; all without a filter.",
    input: z.object({ phase: z.string().optional(), criteria: texts.optional() }),
    output: z.object({
      passed: z.number(),
      failed: z.number(),
      results: z.array(z.object({ criterion: z.string(), passed: z.boolean(), summary: z.string() })),
    }),
    readOnly: false,
  },
  read_costs: {
    description: "What the build has cost, in US dollars.",
    input: z.object({ by: z.enum(["phase", "task", "agent", "model", "day"]).default("phase") }),
    output: z.object({
      totalUsd: usd,
      calls: z.number(),
      unpricedCalls: z.number(),
      rows: z.array(z.object({ key: z.string(), usd, calls: z.number() })),
    }),
    readOnly: true,
  },
  control_build: {
    description: "Status of the build, or pause, resume or stop the one that runs.",
    input: z.object({ action: z.enum(["status", "pause", "resume", "stop"]).default("status") }),
    output: z.object({ running: z.boolean(), state: z.string(), stage: z.string(), answer: z.string() }),
    readOnly: false,
  },
} as const;

export type ServiceName = keyof typeof serviceSchemas;
export type ServiceInput<Name extends ServiceName> = z.output<(typeof serviceSchemas)[Name]["input"]>;
export type ServiceOutput<Name extends ServiceName> = z.input<(typeof serviceSchemas)[Name]["output"]>;

/** Texts that a client may read whole. */
export interface ServedDocument {
  /** The last part of its address: `ccb://project/<name>`. */
  name: string;
  title: string;
  mimeType: string;
}

/**
 * The port behind CCB's MCP server: one function a tool, each for one project directory. A rejection with a CcbError becomes an answer with `isError` and the
 * error's hint; any other one is a protocol error.
 */
export type CcbServices = {
  [Name in ServiceName]: (input: ServiceInput<Name>, context: ServiceContext) => Promise<ServiceOutput<Name>>;
} & {
  documents: readonly ServedDocument[];
  /** Undefined where the document is not there yet. */
  readDocument: (name: string) => Promise<string | undefined>;
};
