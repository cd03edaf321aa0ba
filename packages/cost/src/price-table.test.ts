import { modelCatalog, noUsage, type Usage } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePriceOverrides } from "./parse-price-overrides.ts";
import { createPriceTable } from "./price-table.ts";
import { priceUsage } from "./price-usage.ts";

const usage = { ...noUsage, inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 2_000 };

test("without overrides a table says what the list says, for every model", () => {
  const table = createPriceTable();
  for (const { id } of modelCatalog) expect(table.price(id, usage)).toBe(priceUsage(id, usage));
  expect(table.price("somebody-elses", usage)).toBeUndefined();
  expect(table.countUnknown(usage)).toBeGreaterThan(table.price("claude-fable-5", usage) ?? Number.NaN);
});

test("a batch costs half, the fast speed double, the United States a tenth more; searches cost the same", () => {
  const model = "claude-opus-5-5";
  const call = { ...usage, webSearchRequests: 2 };
  // 1,000 × 4 + 100 × 20 + 2,000 × 0.2 = 6,400, and two searches at a cent
  const price = (terms: object) => priceUsage(model, call, terms);
  expect(price({})).toBe(6_400 + 20_000);
  expect(price({ batch: true })).toBe(3_200 + 20_000);
  expect(price({ fast: true })).toBe(12_800 + 20_000);
  expect(price({ usOnly: true })).toBe(7_040 + 20_000);
  expect(price({ fast: true, usOnly: true })).toBe(14_080 + 20_000);
});

test("a user's own prices hold from their day on, the latest that has begun counts", () => {
  const table = createPriceTable(
    parsePriceOverrides({
      models: [
        { model: "claude-opus-5-5", since: "2027-01-01", input: 3 },
        { model: "claude-opus-5-5", since: "2026-06-01", output: 10 },
        {
          model: "kimi-*",
          input: 0.6,
          output: 2.5,
          cacheRead: 0.15,
          longPrompt: { abovePromptTokens: 2_500, input: 1.2 },
        },
      ],
    }),
  );
  const at = (day: string) => ({ at: `${day}T12:00:00Z` });
  expect(table.price("claude-opus-5-5", usage, at("2026-05-31"))).toBe(4_000 + 2_000 + 400);
  expect(table.price("claude-opus-5-5", usage, at("2026-06-01"))).toBe(4_000 + 1_000 + 400);
  expect(table.price("claude-opus-5-5", usage, at("2027-01-01"))).toBe(3_000 + 2_000 + 400);
  // 3,000 prompt tokens are above 2,500: input doubles, the rest stays
  expect(table.price("kimi-k2", usage)).toBe(1_200 + 250 + 300);
  expect(table.price("kimi-k2", { ...usage, cacheReadTokens: 1_500 })).toBe(600 + 250 + 225);
  // Cache writes that nobody priced cost what input costs, not nothing.
  expect(table.price("kimi-k2", { ...noUsage, cacheWrite1hTokens: 1_000 })).toBe(600);
});

test("the worst case for unknown models is the user's, and is what counts", () => {
  const table = createPriceTable({
    unknownModel: { input: 1, output: 2, cacheWrite1h: 1, cacheWrite5m: 1, cacheRead: 1 },
  });
  expect(table.price("unheard-of", usage)).toBeUndefined();
  expect(table.worstCase({ model: "unheard-of", inputTokens: 1_000, maxOutputTokens: 500 })).toBe(2_000);
  expect(table.countUnknown(usage)).toBe(3_200);
});

test.each([
  ["a list", [], "the file must be a mapping"],
  ["a misspelled price", { models: [{ model: "claude-opus-5-5", inputs: 1 }] }, "models[0] must be only input"],
  ["a negative price", { models: [{ model: "claude-opus-5-5", input: -1 }] }, "models[0].input must be US dollars"],
  ["an unknown model without output", { models: [{ model: "kimi", input: 1 }] }, "prices for input and output"],
  ["a day that is none", { models: [{ model: "claude-opus-5-5", since: "soon" }] }, "models[0].since"],
  ["a threshold that is none", { models: [{ model: "claude-opus-5-5", longPrompt: {} }] }, "abovePromptTokens"],
])("prices with %s are refused with their place", (_, value, message) => {
  expect(() => parsePriceOverrides(value)).toThrow(message);
});

const counts = fc.nat({ max: 1_000_000 });
const usages: fc.Arbitrary<Usage> = fc.record({
  inputTokens: counts,
  outputTokens: fc.nat({ max: 128_000 }),
  cacheReadTokens: counts,
  cacheWrite5mTokens: counts,
  cacheWrite1hTokens: counts,
  webSearchRequests: fc.nat({ max: 20 }),
});

test("no call costs more than the worst case that was reserved for it, at any terms", () => {
  const table = createPriceTable();
  const terms = fc.record({ batch: fc.boolean(), fast: fc.boolean(), usOnly: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(...modelCatalog.map(({ id }) => id)), usages, terms, (model, used, asked) => {
      const inputTokens = used.inputTokens + used.cacheReadTokens + used.cacheWrite5mTokens + used.cacheWrite1hTokens;
      const bounds = { inputTokens, maxOutputTokens: used.outputTokens, maxWebSearches: used.webSearchRequests };
      const worst = table.worstCase({ model, ...bounds, terms: asked });
      expect(table.price(model, used, { terms: asked }) ?? Number.NaN).toBeLessThanOrEqual(worst);
    }),
  );
});
