import { modelCatalog, modelCatalogDate, noUsage, offlineModelId, type Usage } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { priceUsage } from "./price-usage.ts";

/**
 * List prices of 2026-11-21 as micro-dollars for 10,000 tokens: input, output, cache write 5 min, cache write 1 h, cache read. Written down from the price
 * list, not from the catalogue in the code.
 */
const listPrices: [id: string, apiId: string, ...number[]][] = [
  ["claude-3-5-haiku", "claude-3-5-haiku-20241022", 8000, 40_000, 10_000, 16_000, 800],
  ["claude-haiku-4-5", "claude-haiku-4-5-20251001", 10_000, 50_000, 12_500, 20_000, 1000],
  ["claude-haiku-5-5", "claude-haiku-5-5", 1000, 5000, 1250, 2000, 100],
  ["claude-3-5-sonnet", "claude-3-5-sonnet-20241022", 30_000, 150_000, 37_500, 60_000, 3000],
  ["claude-3-7-sonnet", "claude-3-7-sonnet-20250219", 30_000, 150_000, 37_500, 60_000, 3000],
  ["claude-sonnet-4-0", "claude-sonnet-4-20250514", 30_000, 150_000, 37_500, 60_000, 3000],
  ["claude-sonnet-4-5", "claude-sonnet-4-5-20250929", 30_000, 150_000, 37_500, 60_000, 3000],
  ["claude-sonnet-4-6", "claude-sonnet-4-6", 30_000, 150_000, 37_500, 60_000, 3000],
  ["claude-sonnet-5", "claude-sonnet-5", 20_000, 100_000, 25_000, 40_000, 2000],
  ["claude-sonnet-5-5", "claude-sonnet-5-5", 20_000, 100_000, 25_000, 40_000, 1000],
  ["claude-opus-4-0", "claude-opus-4-20250514", 150_000, 750_000, 187_500, 300_000, 15_000],
  ["claude-opus-4-1", "claude-opus-4-1-20250805", 150_000, 750_000, 187_500, 300_000, 15_000],
  ["claude-opus-4-5", "claude-opus-4-5-20251101", 50_000, 250_000, 62_500, 100_000, 5000],
  ["claude-opus-4-6", "claude-opus-4-6", 50_000, 250_000, 62_500, 100_000, 5000],
  ["claude-opus-4-7", "claude-opus-4-7", 50_000, 250_000, 62_500, 100_000, 5000],
  ["claude-opus-4-8", "claude-opus-4-8", 50_000, 250_000, 62_500, 100_000, 5000],
  ["claude-opus-5", "claude-opus-5", 50_000, 250_000, 62_500, 100_000, 5000],
  ["claude-opus-5-5", "claude-opus-5-5", 40_000, 200_000, 50_000, 80_000, 2000],
  ["claude-fable-5", "claude-fable-5", 100_000, 500_000, 125_000, 200_000, 10_000],
  ["claude-fable-5-1", "claude-fable-5-1", 100_000, 500_000, 125_000, 200_000, 2500],
  ["claude-fable-5-2", "claude-fable-5-2", 80_000, 400_000, 100_000, 160_000, 2000],
  ["claude-mythos-5", "claude-mythos-5", 100_000, 500_000, 125_000, 200_000, 10_000],
  ["claude-mythos-5-1", "claude-mythos-5-1", 100_000, 500_000, 125_000, 200_000, 2500],
  ["claude-mythos-5-2", "claude-mythos-5-2", 80_000, 400_000, 100_000, 160_000, 2000],
];

const kinds = ["inputTokens", "outputTokens", "cacheWrite5mTokens", "cacheWrite1hTokens", "cacheReadTokens"] as const;

test("the table is of the catalogue's date and has each of its models", () => {
  expect(modelCatalogDate).toBe("2026-11-21");
  expect([...listPrices.map(([id]) => id), offlineModelId].sort()).toEqual(modelCatalog.map(({ id }) => id).sort());
});

test.each(listPrices)("%s costs what the price list says, of every kind of token", (id, apiId, ...prices) => {
  kinds.forEach((kind, index) => {
    const usage = { ...noUsage, [kind]: 10_000 };
    expect(priceUsage(id, usage)).toBe(prices[index]);
    expect(priceUsage(apiId, usage)).toBe(prices[index]);
  });
  const everything = { ...noUsage, ...Object.fromEntries(kinds.map((kind) => [kind, 10_000])) };
  expect(priceUsage(id, everything)).toBe(prices.reduce((sum, price) => sum + price, 0));
  expect(priceUsage(id, { ...noUsage, webSearchRequests: 3 })).toBe(30_000);
});

test("above the threshold the whole request of haiku 5.5 is priced higher; the prompt is input, cache reads and writes", () => {
  const at = {
    ...noUsage,
    inputTokens: 20_000,
    cacheReadTokens: 60_000,
    cacheWrite5mTokens: 10_000,
    cacheWrite1hTokens: 10_000,
    outputTokens: 1_000,
  };
  // 20,000 × 0.1 + 60,000 × 0.01 + 10,000 × 0.125 + 10,000 × 0.2 + 1,000 × 0.5
  expect(priceUsage("claude-haiku-5-5", at)).toBe(2_000 + 600 + 1_250 + 2_000 + 500);
  const above = { ...at, cacheReadTokens: 60_001 };
  // 20,000 × 0.5 + 60,001 × 0.05 + 10,000 × 0.625 + 10,000 × 1 + 1,000 × 2.5
  expect(priceUsage("claude-haiku-5-5", above)).toBe(10_000 + 3_000 + 6_250 + 10_000 + 2_500);
  expect(priceUsage("claude-haiku-5-5", { ...noUsage, outputTokens: 128_000 })).toBe(64_000);
});

test("an unknown model has no price, the offline model costs nothing", () => {
  expect(priceUsage("some-other-model", { ...noUsage, inputTokens: 1 })).toBeUndefined();
  expect(priceUsage("some-other-model", noUsage)).toBeUndefined();
  expect(priceUsage(offlineModelId, { ...noUsage, inputTokens: 1_000_000 })).toBe(0);
});

const counts = fc.nat({ max: 2_000_000 });
const usages: fc.Arbitrary<Usage> = fc.record({
  inputTokens: counts,
  outputTokens: counts,
  cacheReadTokens: counts,
  cacheWrite5mTokens: counts,
  cacheWrite1hTokens: counts,
  webSearchRequests: fc.nat({ max: 100 }),
});

test("a price is a whole number, and more usage never costs less", () => {
  fc.assert(
    fc.property(fc.constantFrom(...modelCatalog.map(({ id }) => id)), usages, usages, (id, usage, more) => {
      const price = priceUsage(id, usage) ?? -1;
      const bigger = Object.fromEntries(
        Object.entries(usage).map(([kind, count]) => [kind, count + more[kind as keyof Usage]]),
      ) as unknown as Usage;
      expect(Number.isSafeInteger(price)).toBe(true);
      expect(priceUsage(id, bigger) ?? -1).toBeGreaterThanOrEqual(price);
    }),
  );
});
