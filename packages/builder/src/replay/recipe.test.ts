import { createPriceTable } from "@ccb/cost";
import { expect, test } from "vitest";
import type { BuildOptions } from "../build-options.ts";
import { parseRecipe, renderRecipe } from "./recipe.ts";

const options: BuildOptions = {
  specification: "spec.md",
  cwd: "/srv",
  model: "kimi-k2",
  upstream: { baseUrl: "http://127.0.0.1:9", apiKey: "the-key-of-it" },
  environment: { SECRET: "the-key-of-it" },
};
const intake = { projectName: "shop", specification: { text: "# Shop" } } as Parameters<typeof renderRecipe>[1];

test("what decides on calls goes into the recipe as data: own prices, and that nothing is searched for; no key does", () => {
  const prices = createPriceTable({ models: [{ model: "kimi-*", input: 3, output: 15 }] });
  const written = JSON.stringify(renderRecipe({ ...options, prices, webSearch: false, maxCostUsd: 2 }, intake));
  expect(written).not.toContain("the-key-of-it");
  const { options: kept } = parseRecipe(JSON.parse(written), {});
  expect(kept).toMatchObject({ webSearch: false, maxCostUsd: 2 });
  const again = createPriceTable(kept.prices);
  const usage = { ...{ cacheReadTokens: 5, cacheWrite5mTokens: 6, cacheWrite1hTokens: 7 }, webSearchRequests: 0 };
  const call = { inputTokens: 1_000, outputTokens: 10, ...usage };
  expect(again.price("kimi-k2", call)).toBe(prices.price("kimi-k2", call));
  expect(again.price("kimi-k2", call)).toBeGreaterThan(3_000);
});

test("a build with the list prices has none in its recipe", () => {
  expect(renderRecipe(options, intake).options).toEqual({ model: "kimi-k2" });
});
