import { join } from "node:path";
import type { Plan } from "@ccb/core";
import { writeArtifact } from "../project/write-artifact.ts";
import { renderPlan } from "../report/render-plan.ts";
import type { Workbench } from "../workbench.ts";
import type { CriteriaByPhase } from "./make-criteria.ts";

/** Saves `artifacts/plan.md`: the plan with its graph and criteria, for people. */
export async function savePlanDocument(
  bench: Workbench,
  made: { plan: Plan; criteria: CriteriaByPhase },
): Promise<void> {
  const { projectName, requirements } = bench.intake;
  await writeArtifact(
    join(bench.paths.artifacts, "plan.md"),
    renderPlan({ project: projectName, requirements, ...made }),
  );
}
