import { type CallTerms, findModel, type MicroUsd, type Usage } from "@ccb/core";
import { priceAt, pricesForPrompt, promptTokensOf } from "./_micro-usd.ts";

/**
 * What one call cost, in micro-dollars (an integer, rounded half up), at the list prices of core's catalogue; undefined for a model that is not in it,
 * never zero.
 *
 * `usage` must be that of a single call: above a model's long-prompt threshold the whole request is priced higher, and the prompt is input, cache
 * reads and cache writes together. `terms` are those the call was served at. Source of the prices: `modelCatalogDate` in `@ccb/core`.
 */
export function priceUsage(modelId: string, usage: Usage, terms: CallTerms = {}): MicroUsd | undefined {
  const model = findModel(modelId);
  return model && priceAt(pricesForPrompt(model, promptTokensOf(usage)), usage, terms);
}
