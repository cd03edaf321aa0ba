import { join } from "node:path";
import { calibrateForecast, forecastCost } from "@ccb/cost";
import { readPastBuilds } from "../project/read-past-builds.ts";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import type { BuildWork, Workbench } from "../workbench.ts";

/**
 * Says what a build of this plan will probably cost, before a task is paid for, by what the builds beside it have cost; saves `artifacts/forecast.json`. A dry run is priced as if the
 * model of the tasks also planned, since that is what the build itself would do.
 */
export async function forecastBuild(bench: Workbench, work: BuildWork): Promise<void> {
  const { options, intake } = bench;
  const forecast = forecastCost({
    model: options.model,
    specTokens: intake.specification.tokens,
    requirementCount: intake.requirements.length,
    plan: work.plan,
    calibration: calibrateForecast(readPastBuilds(bench.paths.root)),
    ...(options.planningModel && !options.dryRun ? { planningModel: options.planningModel } : {}),
  });
  await writeJsonArtifact(join(bench.paths.artifacts, "forecast.json"), { model: options.model, ...forecast });
  const { lowMicroUsd, expectedMicroUsd, highMicroUsd, calls, tokens } = forecast;
  bench.emit({ type: "forecast-made", lowMicroUsd, expectedMicroUsd, highMicroUsd, calls, tokens });
}
