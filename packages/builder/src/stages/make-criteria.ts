import { join } from "node:path";
import { acceptanceGenerator } from "@ccb/agents";
import type { Analysis, Criterion, Phase, Plan } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { Workbench } from "../workbench.ts";
import { pickRequirements } from "./_requirements-of.ts";
import { mapLimited, runStep } from "./_run-step.ts";
import { chooseSpecification } from "./_specification-part.ts";

const checksAreOurs =
  "CCB runs every check itself in the project directory; a service is started by its command with PORT set.";

/** Tokens of specification that all phases together may be shown: twenty phases of a specification of 200,000 tokens. */
const sharedSpecificationBudget = 4_000_000;
/** Tokens of specification that a phase is shown at least. */
const leastSpecificationBudget = 16_000;
/** Characters an id may have (core's slug). */
const longestId = 63;

/** Criteria by phase, with ids that are unique over the whole plan. */
export type CriteriaByPhase = { phase: string; criteria: Criterion[] }[];

/** Asks the acceptance generator phase by phase; saves `artifacts/criteria.json`. */
export async function makeCriteria(
  bench: Workbench,
  made: { analysis: Analysis; plan: Plan },
): Promise<{ criteria: CriteriaByPhase; reused: boolean }> {
  const asked = await mapLimited(made.plan.phases, 4, (phase) => criteriaOfPhase(bench, { ...made, phase }));
  const value = uniqueIds(asked.map(({ phase, value: criteria }) => ({ phase, criteria })));
  const reused = asked.every((one) => one.reused);
  await writeJsonArtifact(join(bench.paths.artifacts, "criteria.json"), value);
  return { criteria: value, reused };
}

/** One phase's criteria, asked for once for its tasks and requirements: what changes elsewhere in the specification changes nothing here. */
async function criteriaOfPhase(bench: Workbench, made: { analysis: Analysis; plan: Plan; phase: Phase }) {
  const { phase } = made;
  const ids = phase.tasks.flatMap((task) => task.requirementIds);
  const inputs = {
    phase,
    requirements: pickRequirements(bench.intake.requirements, ids).map(({ id, hash }) => [id, hash]),
    model: bench.model.id,
    agent: acceptanceGenerator.system,
  };
  const step = { name: `criteria:${phase.id}`, inputs };
  return { phase: phase.id, ...(await runStep(bench, step, () => criteriaOf(bench, made))) };
}

async function criteriaOf(
  bench: Workbench,
  made: { analysis: Analysis; plan: Plan; phase: Phase },
): Promise<Criterion[]> {
  const ids = new Set(made.phase.tasks.flatMap((task) => task.requirementIds));
  const requirements = pickRequirements(bench.intake.requirements, ids);
  const window = bench.model.info?.contextWindow ?? 200_000;
  const specification = chooseSpecification(bench, {
    task: { title: made.phase.name, description: made.phase.goal, requirementIds: [...ids] },
    requirements: bench.intake.requirements,
    budgetTokens: Math.min(
      Math.floor(window * 0.5),
      Math.max(leastSpecificationBudget, Math.floor(sharedSpecificationBudget / made.plan.phases.length)),
    ),
  });
  const { value } = await acceptanceGenerator.run(
    {
      phase: made.phase,
      plan: made.plan,
      requirements,
      specification,
      analysis: made.analysis,
      projectFacts: [checksAreOurs],
    },
    { model: bench.model, scope: { build: bench.build, phase: made.phase.id }, signal: bench.signal },
  );
  return value.criteria;
}

/** Criteria of two phases may carry one id; the later one gets its phase's id before it. */
function uniqueIds(byPhase: CriteriaByPhase): CriteriaByPhase {
  const seen = new Set<string>();
  return byPhase.map(({ phase, criteria }) => ({
    phase,
    criteria: criteria.map((criterion) => {
      const id = takeId(criterion.id, phase, seen);
      return { ...criterion, id };
    }),
  }));
}

/** The id, or with as much of the phase's id before it as there is room for, and a number where even that is taken. */
function takeId(id: string, phase: string, seen: Set<string>): string {
  let candidate = id;
  for (let turn = 1; seen.has(candidate); turn++) {
    const end = turn === 1 ? `-${id}` : `-${turn}-${id}`;
    candidate = `${phase.slice(0, Math.max(0, longestId - end.length))}${end}`;
  }
  seen.add(candidate);
  return candidate;
}
