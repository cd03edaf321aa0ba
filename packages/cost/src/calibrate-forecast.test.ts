import { offlineModelId, type Plan } from "@ccb/core";
import { expect, test } from "vitest";
import type { TaskSize } from "./_task-shapes.ts";
import { calibrateForecast, type PastBuild } from "./calibrate-forecast.ts";
import { forecastCost } from "./forecast-cost.ts";
import { createPriceTable } from "./price-table.ts";
import { projectCost } from "./project-cost.ts";

const model = "claude-opus-5-5";
/** What a session of size S costs by the assumptions, computed by hand in forecast-cost.test.ts. */
const small = 80_000 + 160_000 + 49_500 + (288_000 + 39_600) * 0.2;

function past(changes: Partial<PastBuild> = {}): PastBuild {
  return {
    project: "notes",
    at: "2026-11-01T00:00:00Z",
    isComplete: true,
    forecast: undefined,
    actualMicroUsd: 0,
    tasks: [],
    ...changes,
  };
}
const tasks = (count: number, ratio: number, size: TaskSize = "S") =>
  Array.from({ length: count }, () => ({ size, model, costMicroUsd: Math.round(small * ratio) }));

function planOf(count: number): Plan {
  const task = { name: "n", description: "d", dependsOn: [], files: [], requirementIds: [], size: "S" as const };
  const all = Array.from({ length: count }, (_, index) => ({ ...task, id: `t${index}` }));
  return { waivers: [], phases: [{ id: "p", name: "P", goal: "g", tasks: all }] };
}
const base = { specTokens: 3_000, requirementCount: 20, model, plan: planOf(4) };

test("without past builds a calibration changes nothing", () => {
  const calibration = calibrateForecast([]);
  expect(calibration).toEqual({ tasks: 0, factors: { S: 1, M: 1, L: 1 }, spread: undefined, history: [] });
  expect(forecastCost({ ...base, calibration })).toEqual(forecastCost(base));
});

test("tasks that cost twice what was assumed draw the forecast up, the more of them the closer", () => {
  const factor = (count: number) => calibrateForecast([past({ tasks: tasks(count, 2) })]).factors.S;
  expect(factor(4)).toBeCloseTo(1.5, 3);
  expect(factor(396)).toBeCloseTo(1.99, 3);
  const calibration = calibrateForecast([past({ tasks: tasks(396, 2) })]);
  const forecast = forecastCost({ ...base, calibration });
  const before = forecastCost(base);
  // Four sessions, and a quarter of the one retry, at 1.99 times what they were; planning as it was.
  expect(forecast.expectedMicroUsd - before.expectedMicroUsd).toBeCloseTo(small * 4.25 * 0.99, -3);
  expect(forecast.assumptions.join(" ")).toContain("396 finished tasks of past builds");
  expect(calibration.factors.L).toBe(1);
});

test("past tasks that hardly differ narrow the interval", () => {
  const even = calibrateForecast([past({ tasks: tasks(200, 1) })]);
  const wide = forecastCost(base);
  const narrow = forecastCost({ ...base, calibration: even });
  expect(narrow.expectedMicroUsd).toBe(wide.expectedMicroUsd);
  expect(narrow.lowMicroUsd).toBeGreaterThan(wide.lowMicroUsd);
  expect(narrow.highMicroUsd).toBeLessThan(wide.highMicroUsd);
});

test("what costs nothing and what has no known size of its own teaches nothing", () => {
  const free = { size: "S" as const, model: offlineModelId, costMicroUsd: 0 };
  expect(calibrateForecast([past({ tasks: [free] })]).tasks).toBe(0);
});

test("forecast against actual, oldest first, complete builds with a forecast only", () => {
  const forecast = { lowMicroUsd: 50, expectedMicroUsd: 100, highMicroUsd: 200 };
  const { history } = calibrateForecast([
    past({ project: "late", at: "2026-11-03T00:00:00Z", forecast, actualMicroUsd: 150 }),
    past({ project: "early", at: "2026-11-02T00:00:00Z", forecast, actualMicroUsd: 300 }),
    past({ project: "stopped", isComplete: false, forecast, actualMicroUsd: 10 }),
    past({ project: "unforecast", actualMicroUsd: 10 }),
  ]);
  expect(history.map(({ project, ratio, isWithin }) => [project, ratio, isWithin])).toEqual([
    ["early", 3, false],
    ["late", 1.5, true],
  ]);
});

test("a build's tasks are held against what its own forecast assumed, whatever the prices of today", () => {
  const task = { size: "S" as const, model, costMicroUsd: 3_000 };
  const own = { S: 1_000, M: 2_000, L: 4_000 };
  const { factors } = calibrateForecast([past({ tasks: new Array(4).fill(task), sessionMicroUsd: own })]);
  // Four tasks at three times the assumption, against a weight of four for it.
  expect(factors.S).toBe(2);
});

test("a projection is at the user's own prices, or at what the build's forecast assumed of a session", () => {
  const prices = createPriceTable({
    models: [{ model: "*", input: 400, output: 2_000, cacheRead: 40, cacheWrite5m: 500, cacheWrite1h: 800 }],
  });
  const options = { plan: planOf(4), model, finishedTasks: new Set<string>(), taskCosts: new Map(), spentMicroUsd: 0 };
  const list = projectCost(options).expectedMicroUsd;
  expect(projectCost({ ...options, prices }).expectedMicroUsd).toBeGreaterThan(list * 50);
  expect(projectCost({ ...options, sessionMicroUsd: { S: 7, M: 0, L: 0 } }).expectedMicroUsd).toBe(28);
  expect(forecastCost({ ...options, prices, specTokens: 1, requirementCount: 1 }).sessionMicroUsd.S * 4).toBe(
    projectCost({ ...options, prices }).expectedMicroUsd,
  );
});

test("a projection is what is spent and the tasks that are left, at what the finished ones cost", () => {
  const at = (finished: string[], cost: number) =>
    projectCost({
      plan: planOf(4),
      model,
      finishedTasks: new Set(finished),
      taskCosts: new Map(finished.map((id) => [id, cost])),
      spentMicroUsd: finished.length * cost,
    });
  expect(at([], 0).expectedMicroUsd).toBeCloseTo(small * 4, -2);
  // Two tasks at three times the assumption: with a weight of two for it, twice.
  expect(at(["t0", "t1"], small * 3).expectedMicroUsd).toBeCloseTo(small * 6 + small * 2 * 2, -2);
  const end = at(["t0", "t1", "t2", "t3"], 70_000);
  expect(end).toEqual({
    lowMicroUsd: 280_000,
    expectedMicroUsd: 280_000,
    highMicroUsd: 280_000,
    finishedTasks: 4,
    totalTasks: 4,
  });
});
