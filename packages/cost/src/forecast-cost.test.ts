import { offlineModelId, type Plan } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { forecastCost } from "./forecast-cost.ts";

type Size = "S" | "M" | "L";

function planOf(...phases: Size[][]): Plan {
  return {
    waivers: [],
    phases: phases.map((sizes, phase) => ({
      id: `p${phase}`,
      name: `Phase ${phase}`,
      goal: "g",
      tasks: sizes.map((size, task) => ({
        id: `p${phase}-t${task}`,
        name: "n",
        description: "d",
        dependsOn: [],
        files: [],
        requirementIds: [],
        size,
      })),
    })),
  };
}

const base = { specTokens: 3_000, requirementCount: 20, model: "claude-opus-5-5" };

test("a small build on the default model: an interval around the expected cost, and what it rests on", () => {
  const forecast = forecastCost({ ...base, plan: planOf(["S", "M"], ["M", "L"]) });
  expect(forecast.lowMicroUsd).toBeLessThan(forecast.expectedMicroUsd);
  expect(forecast.expectedMicroUsd).toBeLessThan(forecast.highMicroUsd);
  // 10 + 22 + 22 + 45 turns, a quarter of two retries of 10 turns, 1 + 1 + 2 + 1 + 8 planning calls.
  expect(forecast.calls).toBe(99 + 5 + 13);
  expect(forecast.isPriceKnown).toBe(true);
  expect(forecast.assumptions.join("\n")).toContain("4 tasks");
  expect(forecast.assumptions.join("\n")).toContain("assumptions, not yet measured");
});

test("one session of size S costs what its turns cost by hand", () => {
  const one = forecastCost({ ...base, documentCount: 0, plan: planOf(["S"]) });
  const two = forecastCost({ ...base, documentCount: 0, plan: planOf(["S", "S"]) });
  // 10 turns: output 10 × 400 × 20; first write 32,000 × 5, then 9 × 1,100 × 5; reads 9 × 32,000 + 1,100 × (0+…+8), × 0.2.
  const session = 80_000 + 160_000 + 49_500 + (288_000 + 39_600) * 0.2;
  // The second task adds its session and 250 tokens to every planning prompt and answer.
  expect(two.expectedMicroUsd - one.expectedMicroUsd).toBeGreaterThan(session);
  expect(two.expectedMicroUsd - one.expectedMicroUsd).toBeLessThan(session + 20_000);
});

test("without a plan the interval is wider", () => {
  const known = forecastCost({ ...base, requirementCount: 16, plan: planOf(["M", "M", "M", "M"]) });
  const assumed = forecastCost({ ...base, requirementCount: 16 });
  expect(assumed.expectedMicroUsd).toBe(known.expectedMicroUsd);
  expect(assumed.lowMicroUsd).toBeLessThan(known.lowMicroUsd);
  expect(assumed.highMicroUsd).toBeGreaterThan(known.highMicroUsd);
  expect(assumed.assumptions[0]).toContain("no plan yet");
});

test("the offline model costs nothing; a model without a price is counted at the dearest and said so", () => {
  expect(forecastCost({ ...base, model: offlineModelId })).toMatchObject({ lowMicroUsd: 0, highMicroUsd: 0 });
  const unknown = forecastCost({ ...base, model: "somebody-elses-model" });
  expect(unknown.isPriceKnown).toBe(false);
  expect(unknown.expectedMicroUsd).toBeGreaterThan(forecastCost({ ...base, model: "claude-fable-5" }).expectedMicroUsd);
  expect(unknown.assumptions.at(-1)).toContain("somebody-elses-model");
});

test("a specification larger than the window is read in parts", () => {
  const small = forecastCost({ ...base, planningModel: "claude-sonnet-4-6" });
  const large = forecastCost({ ...base, planningModel: "claude-sonnet-4-6", specTokens: 1_000_000 });
  expect(large.calls - small.calls).toBe(2 * 9);
});

test("low ≤ expected ≤ high, whole numbers, and another task never makes a build cheaper", () => {
  const sizes = fc.array(fc.array(fc.constantFrom<Size>("S", "M", "L"), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(sizes, fc.nat({ max: 3_000_000 }), fc.nat({ max: 500 }), (phases, specTokens, requirementCount) => {
      const forecast = forecastCost({ ...base, specTokens, requirementCount, plan: planOf(...phases) });
      expect(forecast.lowMicroUsd).toBeLessThanOrEqual(forecast.expectedMicroUsd);
      expect(forecast.expectedMicroUsd).toBeLessThanOrEqual(forecast.highMicroUsd);
      for (const value of [forecast.lowMicroUsd, forecast.highMicroUsd, forecast.calls, forecast.tokens]) {
        expect(Number.isSafeInteger(value)).toBe(true);
      }
      const more = forecastCost({ ...base, specTokens, requirementCount, plan: planOf(...phases, ["S"]) });
      expect(more.expectedMicroUsd).toBeGreaterThan(forecast.expectedMicroUsd);
    }),
    { numRuns: 50 },
  );
});
