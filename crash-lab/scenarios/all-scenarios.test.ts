import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRandom } from "../drive/create-random.ts";
import { allScenarios, chooseScenarios, scheduleRuns } from "./all-scenarios.ts";

const everything = { preload: true, root: true };

test("names are unique, and scenarios are chosen by the beginnings of their names", () => {
  const names = allScenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(chooseScenarios(undefined, everything).scenarios).toEqual(allScenarios);
  const chosen = chooseScenarios("kill-,clock", everything).scenarios.map(({ name }) => name);
  expect(chosen).toEqual(["kill-random", "kill-step", "kill-claude", "kill-mcp", "clock-jump"]);
  expect(chooseScenarios("nothing of that name", everything).scenarios).toEqual([]);
});

test("the README describes every scenario", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  expect(allScenarios.map(({ name }) => name).filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

test("what a machine cannot run is skipped with a reason", () => {
  const { scenarios, skipped } = chooseScenarios("kill-,disk", { preload: false, root: false });
  expect(scenarios.map(({ name }) => name)).toEqual(["kill-random", "kill-claude", "kill-mcp"]);
  expect(skipped).toEqual([
    { name: "kill-step", reason: expect.stringContaining("cc") },
    { name: "disk-full", reason: expect.stringContaining("root") },
  ]);
});

test("runs are shared out by weight, so that many runs hold every scenario", () => {
  const count = (runs: number) => Object.groupBy(scheduleRuns(allScenarios, runs), ({ name }) => name);
  expect(scheduleRuns(allScenarios, 7)).toHaveLength(7);
  const many = count(200);
  expect(Object.keys(many).sort()).toEqual(allScenarios.map(({ name }) => name).sort());
  expect(many["kill-random"]?.length).toBeGreaterThan(5 * (many["clock-jump"]?.length ?? 0));
  expect(scheduleRuns([], 3)).toEqual([]);
});

test("the same seed gives the same numbers, within their bounds", () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 50 }, () => random.between(3, 7));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect([...new Set(draw(1))].sort()).toEqual([3, 4, 5, 6, 7]);
});
