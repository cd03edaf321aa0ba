import { type Analysis, defineAgent, type Plan } from "@ccb/core";
import { z } from "zod";
import {
  joinPrompt,
  renderJsonSection,
  renderList,
  renderPlan,
  renderSpecification,
  renderSystem,
  type SpecificationPart,
} from "../_prompt-parts.ts";

/** What a builder of this project should know beyond the plan. */
export const guidanceSchema = z.object({
  conventions: z.array(z.string().min(1)).describe("how code is written here: language, style, layout, names, tests"),
  architecture: z.array(z.string().min(1)).describe("decisions that every task keeps to: parts, layers, data, errors"),
  pitfalls: z.array(z.string().min(1)).describe("what is easily done wrong in this project, and the right way"),
  commands: z.array(
    z.object({
      name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, "lower-case letters, digits and hyphens"),
      description: z.string().min(1),
      steps: z.array(z.string().min(1)).min(1),
    }),
  ),
});
export type Guidance = z.infer<typeof guidanceSchema>;

export interface InstructionBuilderInput {
  projectName: string;
  specification: SpecificationPart;
  analysis: Analysis;
  plan: Plan;
}

/** The slash commands that every project gets from templates. */
export const standardCommands = ["next-task", "run-tests", "show-criteria"] as const;

const system = renderSystem("instruction-builder", [
  "You write down what every coding session of a project has to know and cannot see from its own task, so that sessions that never meet make one coherent product. " +
    "You answer with one JSON document.",
  `Rules:\n${renderList([
    'Concrete and checkable: “Errors are answered as {"error": {"code", "message"}}”, not “handle errors well”. One rule an entry.',
    "Decide what the tasks need decided in common: layout of the folders, how modules import each other, one way of validation, of errors, of time and ids, of configuration; how tests are run.",
    "Keep to what specification and plan say; where they are silent choose the simplest thing that works and use no dependency without need.",
    "A service reads the environment variable PORT, is started by npm start (or the usual command of its language) and ends cleanly on SIGTERM.",
    "At most 12 entries in each list.",
    `commands: slash commands worth having for this project beyond ${standardCommands.join(", ")}, which exist; an empty list if none is.`,
  ])}`,
]);

/** Decides the conventions of a project; {@link renderInstructions} turns them into files. */
export const instructionBuilder = defineAgent<InstructionBuilderInput, Guidance>({
  name: "instruction-builder",
  description: "Conventions, architecture rules, pitfalls and slash commands for the sessions that build a project.",
  system,
  output: guidanceSchema,
  maxOutputTokens: 8_000,
  check: ({ commands }) => listCommandProblems(commands.map(({ name }) => name)),
  prompt: ({ projectName, specification, analysis, plan }) =>
    joinPrompt([
      renderSpecification(specification),
      renderJsonSection("analysis", analysis),
      renderPlan(plan),
      `Write the guidance for the project “${projectName}”.`,
    ]),
});

function listCommandProblems(names: string[]): string[] {
  const taken: readonly string[] = standardCommands;
  return names.flatMap((name, index) => {
    if (taken.includes(name)) return [`The command "${name}" exists already; leave it out or name yours otherwise.`];
    return names.indexOf(name) === index ? [] : [`The command "${name}" is listed twice.`];
  });
}
