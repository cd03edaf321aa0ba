import { join } from "node:path";
import { type CostForecast, calibrateForecast, forecastCost } from "@ccb/cost";
import { readPastBuilds } from "../project/read-past-builds.ts";
import { writeJsonArtifact } from "../project/write-artifact.ts";
import { forecastResearch } from "../research/forecast-research.ts";
import type { BuildWork, Workbench } from "../workbench.ts";

/** What a build was expected to cost: once from the specification alone, before anything is paid for, and once from its plan. */
export interface KeptForecast extends CostForecast {
  model: string;
  /** The user's own prices were laid over the list. */
  ownPrices: boolean;
  basis: "specification" | "plan";
  /** The one from the specification, beside the one from the plan. */
  first?: Pick<CostForecast, "lowMicroUsd" | "expectedMicroUsd" | "highMicroUsd">;
}

const step = "forecast";
const firstStep = "first forecast";

/** The newest forecast of a build, from its journal. */
export function findForecast({ journal }: Pick<Workbench, "journal">): KeptForecast | undefined {
  return journal.latest<KeptForecast>(step);
}

/** Says what a build will probably cost before its first model call, from the size of its specification. Once: when a build goes on, that call has been made. */
export async function forecastFromSpecification(bench: Workbench): Promise<void> {
  if (bench.ledger.totals().calls > 0) return;
  const forecast = { ...priceBuild(bench), basis: "specification" } as const;
  bench.journal.save(firstStep, {}, forecast);
  await tell(bench, forecast);
}

/** Says it again from the plan, before a task is paid for. A dry run is priced as if the model of the tasks also planned, since that is what the build itself would do. */
export async function forecastFromPlan(bench: Workbench, work: BuildWork): Promise<void> {
  const first = bench.journal.latest<KeptForecast>(firstStep);
  const { lowMicroUsd = 0, expectedMicroUsd = 0, highMicroUsd = 0 } = first ?? {};
  await tell(bench, {
    ...priceBuild(bench, work),
    basis: "plan",
    ...(first ? { first: { lowMicroUsd, expectedMicroUsd, highMicroUsd } } : {}),
  });
}

/** By what the builds beside it have cost. */
function priceBuild(
  bench: Workbench,
  work?: Pick<BuildWork, "analysis" | "plan">,
): CostForecast & Pick<KeptForecast, "model" | "ownPrices"> {
  const { options, intake } = bench;
  const { model, prices, planningModel, dryRun } = options;
  const research = forecastResearch(bench, work);
  const forecast = forecastCost({
    model,
    specTokens: intake.specification.tokens,
    requirementCount: intake.requirements.length,
    calibration: calibrateForecast(readPastBuilds(bench.paths.root), prices),
    ...(work === undefined ? {} : { plan: work.plan }),
    ...(research === undefined ? {} : { research }),
    ...(prices === undefined ? {} : { prices }),
    ...(planningModel && !dryRun ? { planningModel } : {}),
  });
  return { model, ownPrices: prices !== undefined, ...forecast };
}

/** Keeps a forecast as `artifacts/forecast.json` and tells it; one above the cap with a warning. */
async function tell(bench: Workbench, forecast: KeptForecast): Promise<void> {
  const { lowMicroUsd, expectedMicroUsd, highMicroUsd, calls, tokens, basis } = forecast;
  await writeJsonArtifact(join(bench.paths.artifacts, "forecast.json"), forecast);
  bench.journal.save(step, {}, forecast);
  bench.emit({ type: "forecast-made", lowMicroUsd, expectedMicroUsd, highMicroUsd, calls, tokens, basis });
  const { capMicroUsd } = bench.ledger.totals();
  if (capMicroUsd === undefined || expectedMicroUsd <= capMicroUsd) return;
  const usd = (amount: number) => `$${(amount / 1e6).toFixed(2)}`;
  const message = `The build is expected to cost ${usd(expectedMicroUsd)}, more than its cap of ${usd(capMicroUsd)}; it will stop there and can go on with a higher one.`;
  bench.emit({ type: "warning", message });
}
