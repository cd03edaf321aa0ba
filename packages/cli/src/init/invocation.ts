import { resolve } from "node:path";
import { CcbError } from "@ccb/core/errors";
import { z } from "zod";
import type { InitFlags } from "./init-flags.ts";

/** What `ccb init` was asked, kept in the journal so that `ccb resume` goes on with the same. Keys and servers from the environment are not in it. */
const invocationSchema = z.object({
  command: z.literal("init"),
  flags: z.object({
    projectName: z.string().optional(),
    model: z.string().optional(),
    maxCost: z.number().optional(),
    maxCostPerTask: z.number().optional(),
    maxCostPerPhase: z.number().optional(),
    maxCostPerDay: z.number().optional(),
    phases: z.array(z.string()).optional(),
    tests: z.boolean(),
    validate: z.boolean().optional(),
    redFirst: z.boolean().optional(),
    generateTests: z.boolean().optional(),
    webSearch: z.boolean().optional(),
    sandbox: z.enum(["auto", "docker", "bubblewrap", "local", "none"]).optional(),
    network: z.boolean().optional(),
    environment: z.string().optional(),
    checkKinds: z.string().optional(),
    continueOnError: z.boolean().optional(),
    parallelTasks: z.number().optional(),
    customMcp: z.string().optional(),
    templates: z.string().optional(),
    baseUrl: z.string().optional(),
    offline: z.boolean().optional(),
    config: z.string().optional(),
    prices: z.string().optional(),
    route: z.array(z.string()).optional(),
    metricsPort: z.number().optional(),
    otlpEndpoint: z.string().optional(),
    logMaxSize: z.number().optional(),
    logKeepDays: z.number().optional(),
    confine: z.enum(["auto", "bubblewrap", "off"]).optional(),
    confineWrite: z.array(z.string()).optional(),
  }),
});
export type Invocation = z.infer<typeof invocationSchema>;

/** The flags of a build that hold for all its runs; paths become absolute, since another run may start elsewhere. */
export function renderInvocation(flags: InitFlags, cwd: string): Invocation {
  const { projectName, model, maxCost, phases, tests, redFirst, continueOnError, parallelTasks, baseUrl, offline } =
    flags;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(cwd, path));
  const { validate, generateTests, sandbox, network } = flags;
  const { maxCostPerTask, maxCostPerPhase, maxCostPerDay } = flags;
  const { route, metricsPort, otlpEndpoint, logMaxSize, logKeepDays } = flags;
  const caps = { maxCost, maxCostPerTask, maxCostPerPhase, maxCostPerDay };
  const all = {
    projectName,
    model,
    ...caps,
    phases,
    tests,
    validate,
    sandbox,
    network,
    redFirst,
    generateTests,
    webSearch: flags.webSearch,
    continueOnError,
    parallelTasks,
    baseUrl,
    offline,
    route,
    metricsPort,
    otlpEndpoint,
    logMaxSize,
    logKeepDays,
    confine: flags.confine,
    confineWrite: flags.confineWrite?.map((path) => resolve(cwd, path)),
  };
  const paths = {
    customMcp: absolute(flags.customMcp),
    templates: absolute(flags.templates),
    config: absolute(flags.config),
    prices: absolute(flags.prices),
    environment: absolute(flags.environment),
    checkKinds: absolute(flags.checkKinds),
  };
  // JSON leaves out what is undefined.
  return invocationSchema.parse(JSON.parse(JSON.stringify({ command: "init", flags: { ...all, ...paths } })));
}

/** Reads a kept invocation back. CcbError `bad-input` where the build was not begun by `ccb init`. */
export function parseInvocation(value: unknown, directory: string): Invocation {
  const parsed = invocationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CcbError({
    code: "bad-input",
    message: `The journal of ${directory} does not say with which options the build was begun (it was not begun by this version of ccb init).`,
    hint: `Go on with the options given anew: ccb init spec.md --yes --output-dir ${directory}`,
  });
}
