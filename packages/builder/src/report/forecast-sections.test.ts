import type { BuildEvent } from "@ccb/core";
import { expect, test } from "vitest";
import { findForecasts, planForecastSections } from "./forecast-sections.ts";

const told = (sequence: number, basis: "specification" | "plan" | undefined, expectedMicroUsd: number) =>
  ({
    type: "forecast-made",
    sequence,
    at: "2026-11-28T00:00:00Z",
    lowMicroUsd: expectedMicroUsd / 2,
    expectedMicroUsd,
    highMicroUsd: expectedMicroUsd * 2,
    calls: 10,
    tokens: 1000,
    ...(basis === undefined ? {} : { basis }),
  }) as BuildEvent;

test("the last forecast of each kind stands beside what the build has cost", () => {
  const events = [told(1, "specification", 4_000_000), told(2, "plan", 1_000_000), told(3, "plan", 2_000_000)];
  const [section] = planForecastSections(findForecasts(events), 1_500_000);
  expect(section?.rows).toEqual([
    ["by the specification", "$4.00", "$2.00 to $8.00", "$1.50", "0.38×, below the interval"],
    ["by the plan", "$2.00", "$1.00 to $4.00", "$1.50", "0.75×, within"],
  ]);
  expect(planForecastSections(findForecasts(events), 9_000_000)[0]?.rows[1]?.[4]).toBe("4.50×, above the interval");
});

test("an offline build costs what was expected, and a build without a forecast has no such table", () => {
  expect(planForecastSections(findForecasts([told(1, "plan", 0)]), 0)[0]?.rows[0]?.[4]).toBe("as expected");
  expect(planForecastSections(findForecasts([]), 5)[0]?.rows).toEqual([]);
});
