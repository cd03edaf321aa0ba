import { expect, test } from "vitest";
import { findModel, modelCatalog } from "./model-catalog.ts";
import { addUsage, noUsage, parseAnthropicUsage } from "./usage.ts";

test("cache writes are split by lifetime; without the split they count as 5 minutes", () => {
  const split = parseAnthropicUsage({
    input_tokens: 10,
    output_tokens: 20,
    cache_read_input_tokens: 30,
    cache_creation_input_tokens: 70,
    cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 20 },
    server_tool_use: { web_search_requests: 2 },
  });
  expect(split).toEqual({
    inputTokens: 10,
    outputTokens: 20,
    cacheReadTokens: 30,
    cacheWrite5mTokens: 50,
    cacheWrite1hTokens: 20,
    webSearchRequests: 2,
  });
  expect(parseAnthropicUsage({ cache_creation_input_tokens: 70 })).toMatchObject({
    cacheWrite5mTokens: 70,
    cacheWrite1hTokens: 0,
  });
});

test("what is no count is 0, and the sum with nothing changes nothing", () => {
  const usage = parseAnthropicUsage({ input_tokens: "many", output_tokens: -1, cache_read_input_tokens: Number.NaN });
  expect(usage).toEqual(noUsage);
  expect(addUsage(parseAnthropicUsage({ input_tokens: 3 }), noUsage)).toMatchObject({ inputTokens: 3 });
});

test("a model is found by id, by wire id, with a date or a window suffix, and an unknown one is not", () => {
  expect(findModel("claude-haiku-4-5-20251001")?.id).toBe("claude-haiku-4-5");
  expect(findModel("claude-opus-5-5[1m]")?.id).toBe("claude-opus-5-5");
  expect(findModel("claude-opus-5-5-20270101")?.id).toBe("claude-opus-5-5");
  expect(findModel("gpt-7")).toBeUndefined();
  expect(new Set(modelCatalog.map(({ id }) => id)).size).toBe(modelCatalog.length);
  for (const model of modelCatalog) expect(model.prices.output, model.id).toBeGreaterThanOrEqual(model.prices.input);
});
