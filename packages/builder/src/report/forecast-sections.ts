import type { BuildEvent, BuildEventBody } from "@ccb/core";
import { formatUsd } from "./_format.ts";
import type { ReportSection } from "./report-sections.ts";

/** A forecast as it was told, by what it was made from. */
export type ToldForecast = Pick<
  Extract<BuildEventBody, { type: "forecast-made" }>,
  "lowMicroUsd" | "expectedMicroUsd" | "highMicroUsd"
> & { basis: "specification" | "plan" };

/** The newest forecast of each basis, in the order they are made: from the specification, then from the plan. Pure. */
export function findForecasts(events: readonly BuildEvent[]): ToldForecast[] {
  const found = new Map<ToldForecast["basis"], ToldForecast>();
  for (const event of events) {
    if (event.type !== "forecast-made") continue;
    // Before there were two, a forecast was made from the plan.
    const { lowMicroUsd, expectedMicroUsd, highMicroUsd, basis = "plan" } = event;
    found.set(basis, { lowMicroUsd, expectedMicroUsd, highMicroUsd, basis });
  }
  return [...found.values()];
}

/** What the build was expected to cost beside what it has cost. Pure. */
export function planForecastSections(forecasts: readonly ToldForecast[], costMicroUsd: number): ReportSection[] {
  const rows = forecasts.map(({ basis, lowMicroUsd, expectedMicroUsd, highMicroUsd }) => [
    basis === "specification" ? "by the specification" : "by the plan",
    formatUsd(expectedMicroUsd),
    `${formatUsd(lowMicroUsd)} to ${formatUsd(highMicroUsd)}`,
    formatUsd(costMicroUsd),
    compare(costMicroUsd, { lowMicroUsd, expectedMicroUsd, highMicroUsd }),
  ]);
  return [{ title: "Forecast", columns: ["", "Expected", "Interval", "Actual", "Actual to expected"], rows }];
}

function compare(cost: number, of: Omit<ToldForecast, "basis">): string {
  if (of.expectedMicroUsd === 0) return cost === 0 ? "as expected" : "nothing was expected";
  const factor = `${(cost / of.expectedMicroUsd).toFixed(2)}×`;
  if (cost < of.lowMicroUsd) return `${factor}, below the interval`;
  return cost > of.highMicroUsd ? `${factor}, above the interval` : `${factor}, within`;
}
