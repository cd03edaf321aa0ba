import { CcbError } from "@ccb/core";
import { z } from "zod";
import type { BuildOptions } from "../build-options.ts";
import type { Intake } from "../stages/intake.ts";

/** Options of a build that only the program that starts it can give: they are functions, or hold some. */
const programParts = ["executor", "customAgents", "checkKinds", "sandbox", "testEnvironment"] as const;

/** What one run of a build was made from, kept with its recording. Keys and servers are not in it. */
const recipeSchema = z.object({
  specification: z.string(),
  projectName: z.string(),
  options: z.object({
    model: z.string(),
    planningModel: z.string().optional(),
    maxCostUsd: z.number().optional(),
    maxPhaseCostUsd: z.number().optional(),
    maxTaskCostUsd: z.number().optional(),
    maxDayCostUsd: z.number().optional(),
    phases: z.array(z.string()).optional(),
    dryRun: z.boolean().optional(),
    skipTests: z.boolean().optional(),
    skipValidation: z.boolean().optional(),
    redFirst: z.boolean().optional(),
    webSearch: z.boolean().optional(),
    /** The user's own, since caps count by them. */
    prices: z.looseObject({}).optional(),
    continueOnError: z.boolean().optional(),
    parallelTasks: z.number().optional(),
    fromPhase: z.string().optional(),
    fromTask: z.string().optional(),
    rerunTests: z.boolean().optional(),
    ignoreKeptAnswers: z.boolean().optional(),
    customMcpFile: z.string().optional(),
    templatesDirectory: z.string().optional(),
    taskTimeoutMs: z.number().optional(),
    confinement: z
      .object({ kind: z.enum(["auto", "bubblewrap", "off"]).optional(), writable: z.array(z.string()).optional() })
      .optional(),
    patience: z.record(z.string(), z.number()).optional(),
  }),
  cwd: z.string(),
  /** Names of the options that a program gave and that cannot be kept. */
  programParts: z.array(z.enum(programParts)),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** The recipe of a run that is about to begin. Pure. */
export function renderRecipe(options: BuildOptions, intake: Pick<Intake, "specification" | "projectName">): Recipe {
  const given = programParts.filter((name) => options[name] !== undefined && !isEmpty(options[name]));
  const { specification, projectName } = intake;
  const { prices, ...others } = options;
  const kept = recipeSchema.shape.options.parse(JSON.parse(JSON.stringify({ ...others, prices: prices?.overrides })));
  return { specification: specification.text, projectName, options: kept, cwd: options.cwd, programParts: given };
}

/** Reads a recipe back. CcbError `bad-input` where it is none, or where it needs parts that only a program can give and `given` has not. */
export function parseRecipe(value: unknown, given: Partial<BuildOptions>): Recipe {
  const parsed = recipeSchema.safeParse(value);
  if (!parsed.success) {
    throw new CcbError({
      code: "bad-input",
      message: `A recorded run does not say what it was made from: ${parsed.error.issues[0]?.path.join(".")} ${parsed.error.issues[0]?.message}.`,
      hint: "Its run.json was changed; bring it back from a copy.",
    });
  }
  const missing = parsed.data.programParts.filter((name) => given[name] === undefined);
  if (missing.length === 0) return parsed.data;
  throw new CcbError({
    code: "bad-input",
    message: `The build was started by a program with options that cannot be recorded: ${missing.join(", ")}.`,
    hint: "Replay it from that program: startReplay of @ccb/builder takes the same options.",
  });
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
