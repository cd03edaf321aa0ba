import { findModel, type MicroUsd, type ModelPrices, modelCatalog, type ReserveRequest, type Usage } from "@ccb/core";
import { dearestPrices, priceAt, pricesForPrompt, promptTokensOf, worstCaseAt } from "./_micro-usd.ts";

/** What counts against a cap for a model without a price, unless the user says otherwise: the dearest of every kind in the catalogue. */
export const dearestKnownPrices: ModelPrices = dearestPrices(
  modelCatalog.flatMap((model) => [model.prices, ...(model.longPrompt ? [model.longPrompt.prices] : [])]),
);

/** Upper bound of a call's cost before it is made. */
export function worstCaseOf(request: Omit<ReserveRequest, "scope">, unknownPrices: ModelPrices): MicroUsd {
  const model = findModel(request.model);
  const prices = model ? dearestPrices([model.prices, pricesForPrompt(model, request.inputTokens)]) : unknownPrices;
  return worstCaseAt(prices, { maxWebSearches: 0, ...request });
}

/** What a call counts against the cap when its price is not known. */
export function countUnpriced(usage: Usage, unknownPrices: ModelPrices): MicroUsd {
  return promptTokensOf(usage) + usage.outputTokens + usage.webSearchRequests === 0 ? 0 : priceAt(unknownPrices, usage);
}
