import {
  type CallTerms,
  findModel,
  type MicroUsd,
  type ModelInfo,
  type ModelPrices,
  modelCatalogDate,
  type ReserveRequest,
  type Usage,
} from "@ccb/core";
import { dearestKnownPrices } from "./_dearest-known-prices.ts";
import { dearestPrices, priceAt, pricesForPrompt, promptTokensOf, worstCaseAt } from "./_micro-usd.ts";

/** What a model costs, over what CCB's catalogue says; US dollars per million tokens, `webSearch` per request. */
export interface PriceOverride extends Partial<ModelPrices> {
  /** Id of the model; `*` stands for any characters. */
  model: string;
  /** "YYYY-MM-DD": the first day (UTC) on which these prices hold. Always when omitted. */
  since?: string | undefined;
  /** Prices of the whole request once its prompt is larger. What is left out is as above. */
  longPrompt?: (Partial<ModelPrices> & { abovePromptTokens: number }) | undefined;
}

/** A user's own prices. */
export interface PriceOverrides {
  /** Of those that fit a model, the one with the latest `since` counts; among equals the last. */
  models?: readonly PriceOverride[] | undefined;
  /** Counts against a cap for a model whose price is not known. Default: the dearest of every kind in the catalogue. */
  unknownModel?: Partial<ModelPrices> | undefined;
}

type Priced = Pick<ModelInfo, "prices" | "longPrompt">;

/** Prices by model and day. */
export interface PriceTable {
  /** The day of the list prices. */
  readonly date: string;
  /** What it was made of, as data: the same table can be made of it again. */
  readonly overrides: PriceOverrides;
  /** The prices of a model on a day; undefined where nobody knows them. */
  find(modelId: string, at?: string): Priced | undefined;
  /** What one call cost; undefined for a model without a price, never zero. `at` is ISO 8601, now when omitted. */
  price(modelId: string, usage: Usage, call?: { terms?: CallTerms | undefined; at?: string }): MicroUsd | undefined;
  /** The most that a call can cost; a model without a price counts at the worst case for unknown models. */
  worstCase(request: Omit<ReserveRequest, "scope">, at?: string): MicroUsd;
  /** What a call counts against a cap when its price is not known. */
  countUnknown(usage: Usage, terms?: CallTerms): MicroUsd;
}

/** List prices of core's catalogue with a user's own over them. Pure but for the day of `at` where it is left out. */
export function createPriceTable(overrides: PriceOverrides = {}): PriceTable {
  const unknownPrices = { ...dearestKnownPrices, ...overrides.unknownModel };
  const ordered = (overrides.models ?? []).toSorted((a, b) => (a.since ?? "").localeCompare(b.since ?? ""));
  const patterns = ordered.map((override) => ({ override, isMatch: matcherOf(override.model) }));

  function find(modelId: string, at = new Date().toISOString()): Priced | undefined {
    const listed = findModel(modelId);
    const names = [modelId, ...(listed ? [listed.id] : [])];
    const found = patterns.findLast(
      ({ override, isMatch }) => names.some(isMatch) && (override.since ?? "") <= at.slice(0, 10),
    );
    return found ? applyOverride(found.override, listed) : listed;
  }

  return {
    date: modelCatalogDate,
    overrides,
    find,
    price(modelId, usage, { terms, at } = {}) {
      const model = find(modelId, at);
      return model && priceAt(pricesForPrompt(model, promptTokensOf(usage)), usage, terms);
    },
    worstCase(request, at) {
      const model = find(request.model, at);
      const prices = model ? dearestPrices([model.prices, pricesForPrompt(model, request.inputTokens)]) : unknownPrices;
      return worstCaseAt(prices, { maxWebSearches: 0, ...request }, request.terms);
    },
    countUnknown(usage, terms) {
      const isEmpty = promptTokensOf(usage) + usage.outputTokens + usage.webSearchRequests === 0;
      return isEmpty ? 0 : priceAt(unknownPrices, usage, terms);
    },
  };
}

function matcherOf(pattern: string): (id: string) => boolean {
  const escaped = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${escaped.join(".*")}$`);
  return (id) => expression.test(id);
}

/** What an override leaves out is the catalogue's; of a model that is not there, cache tokens cost what input costs. */
function applyOverride(override: PriceOverride, listed: Priced | undefined): Priced {
  const { model: _model, since: _since, longPrompt, ...given } = override;
  const input = given.input ?? listed?.prices.input ?? 0;
  const base = listed?.prices ?? {
    input,
    output: 0,
    cacheWrite5m: input,
    cacheWrite1h: input,
    cacheRead: input,
    webSearch: 0,
  };
  const prices = { ...base, ...given };
  if (!longPrompt) return { prices, ...(listed?.longPrompt ? { longPrompt: listed.longPrompt } : {}) };
  const { abovePromptTokens, ...long } = longPrompt;
  return { prices, longPrompt: { abovePromptTokens, prices: { ...prices, ...long } } };
}
