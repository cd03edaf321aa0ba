import { assembleContext } from "@ccb/context";
import type { Requirement } from "@ccb/core";
import type { Workbench } from "../workbench.ts";
import { pickRequirements } from "./_requirements-of.ts";

export interface SpecificationPart {
  text: string;
  complete: boolean;
  title: string;
}

/** The specification for one call: whole where it fits the budget (the same text for every call, so that a prompt cache holds it), else what the task needs. */
export function chooseSpecification(
  bench: Workbench,
  need: {
    task: { title: string; description?: string; requirementIds?: readonly string[] };
    requirements: readonly Requirement[];
    budgetTokens: number;
  },
): SpecificationPart {
  const { specification } = bench.intake;
  const { title } = specification;
  if (specification.tokens <= need.budgetTokens) return { text: specification.text, complete: true, title };
  const context = assembleContext({
    spec: specification.text,
    requirements: pickRequirements(need.requirements, need.task.requirementIds ?? []),
    task: need.task,
    budgetTokens: need.budgetTokens,
  });
  return { text: context.text, complete: false, title };
}
