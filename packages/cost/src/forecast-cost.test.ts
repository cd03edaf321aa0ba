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

test("web searches are in the forecast, by the libraries that the plan names; without a search only their notes are", () => {
  const plan = planOf(["S", "M"]);
  const none = forecastCost({ ...base, plan });
  const notes = forecastCost({ ...base, plan, research: { questions: 3, webSearch: false } });
  const searched = forecastCost({ ...base, plan, research: { questions: 3, webSearch: true } });
  expect(notes.calls - none.calls).toBe(3);
  expect(searched.calls - none.calls).toBe(6);
  // claude-opus-5-5 by hand: each question 18,000 tokens at 4 and 800 at 20 US dollars a million, and two searches at a cent.
  expect(searched.expectedMicroUsd - notes.expectedMicroUsd).toBe(3 * (72_000 + 16_000 + 20_000));
  expect(searched.lowMicroUsd - notes.lowMicroUsd).toBe(3 * (40_000 + 16_000 + 10_000));
  expect(searched.highMicroUsd - notes.highMicroUsd).toBe(3 * (104_000 + 16_000 + 30_000));
  expect(searched.assumptions.join("\n")).toContain("3 libraries are looked up, each with 2 web searches");
  expect(notes.assumptions.join("\n")).toContain("3 libraries are looked up, without a web search");
  expect(forecastCost({ ...base, plan, research: { questions: 0, webSearch: true } })).toEqual(none);
  // Before the plan nobody knows how many: low says none, high six.
  const { plan: _none, ...unplanned } = { ...base, plan: undefined };
  const early = forecastCost({ ...unplanned, research: { webSearch: true } });
  expect(early.lowMicroUsd).toBe(forecastCost(unplanned).lowMicroUsd);
  expect(early.assumptions.join("\n")).toContain("Libraries looked up: 2, at most 6");
});
