import { type ModelPrices, modelCatalog } from "@ccb/core";
import { dearestPrices } from "./_micro-usd.ts";

/** What counts against a cap for a model without a price, unless the user says otherwise: the dearest of every kind in the catalogue. */
export const dearestKnownPrices: ModelPrices = dearestPrices(
  modelCatalog.flatMap((model) => [model.prices, ...(model.longPrompt ? [model.longPrompt.prices] : [])]),
);
