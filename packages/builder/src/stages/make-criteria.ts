import { join } from "node:path";
import { acceptanceGenerator } from "@ccb/agents";
import type { Analysis, Criterion, Phase, Plan } from "@ccb/core";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { Workbench } from "../workbench.ts";
import { mapLimited, runStep } from "./_run-step.ts";
import { chooseSpecification } from "./_specification-part.ts";

const checksAreOurs =
  "CCB runs every check itself in the project directory; a service is started by its command with PORT set.";

/** Criteria by phase, with ids that are unique over the whole plan. */
export type CriteriaByPhase = { phase: string; criteria: Criterion[] }[];

/** Asks the acceptance generator phase by phase; saves `artifacts/criteria.json`. */
export async function makeCriteria(
  bench: Workbench,
  made: { analysis: Analysis; plan: Plan },
): Promise<{ criteria: CriteriaByPhase; reused: boolean }> {
  const { specification } = bench.intake;
  const inputs = {
    specification: specification.hash,
    plan: made.plan,
    model: bench.model.id,
    agent: acceptanceGenerator.system,
  };
  const { value, reused } = await runStep(bench, { name: "criteria", inputs }, async () =>
    uniqueIds(
      await mapLimited(made.plan.phases, 4, async (phase) => ({
        phase: phase.id,
        criteria: await criteriaOf(bench, { ...made, phase }),
      })),
    ),
  );
  await writeJsonArtifact(join(bench.paths.artifacts, "criteria.json"), value);
  return { criteria: value, reused };
}

async function criteriaOf(
  bench: Workbench,
  made: { analysis: Analysis; plan: Plan; phase: Phase },
): Promise<Criterion[]> {
  const ids = new Set(made.phase.tasks.flatMap((task) => task.requirementIds));
  const requirements = bench.intake.requirements.filter(({ id }) => ids.has(id));
  const window = bench.model.info?.contextWindow ?? 200_000;
  const specification = chooseSpecification(bench, {
    task: { title: made.phase.name, description: made.phase.goal, requirementIds: [...ids] },
    requirements: bench.intake.requirements,
    budgetTokens: Math.floor(window * 0.5),
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
      const id = seen.has(criterion.id) ? `${phase}-${criterion.id}`.slice(0, 63) : criterion.id;
      seen.add(id);
      return { ...criterion, id };
    }),
  }));
}
