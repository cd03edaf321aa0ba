import { type CallTerms, type MicroUsd, type ModelInfo, type ModelPrices, noUsage, type Usage } from "@ccb/core";

/** Prices are held as whole picodollars a token, so that sums are exact: one US dollar per million tokens is 10^6 picodollars a token. */
const picoPerMicro = 1_000_000n;

const toPicoPerToken = (usdPerMillion: number): bigint => BigInt(Math.round(usdPerMillion * 1e6));

/** Searches are billed as they are; what a call's terms change is the price of its tokens. */
function searchesPico(prices: ModelPrices, usage: Usage): bigint {
  return BigInt(Math.round(prices.webSearch * 1e12)) * BigInt(usage.webSearchRequests);
}

/** The exact cost of the tokens of a usage at these prices, in picodollars. */
function tokensPico(prices: ModelPrices, usage: Usage): bigint {
  return (
    toPicoPerToken(prices.input) * BigInt(usage.inputTokens) +
    toPicoPerToken(prices.output) * BigInt(usage.outputTokens) +
    toPicoPerToken(prices.cacheRead) * BigInt(usage.cacheReadTokens) +
    toPicoPerToken(prices.cacheWrite5m) * BigInt(usage.cacheWrite5mTokens) +
    toPicoPerToken(prices.cacheWrite1h) * BigInt(usage.cacheWrite1hTokens)
  );
}

/**
 * What a call's terms make of the price of its tokens, in twentieths: a batch costs half, the fast speed double, the United States a tenth more.
 * Source: the list prices of `modelCatalogDate`.
 */
function twentieths({ batch, fast, usOnly }: CallTerms): bigint {
  return (batch ? 1n : 2n) * (fast ? 2n : 1n) * (usOnly ? 11n : 10n);
}

/** The cost of a usage in micro-dollars, rounded half up. */
export function priceAt(prices: ModelPrices, usage: Usage, terms: CallTerms = {}): MicroUsd {
  const parts = tokensPico(prices, usage) * twentieths(terms) + searchesPico(prices, usage) * 20n;
  const whole = picoPerMicro * 20n;
  return Number((parts + whole / 2n) / whole);
}

/** The prices of a request with a prompt of that many tokens: above a model's threshold the whole request is priced higher. */
export function pricesForPrompt(model: Pick<ModelInfo, "prices" | "longPrompt">, promptTokens: number): ModelPrices {
  const { longPrompt } = model;
  return longPrompt && promptTokens > longPrompt.abovePromptTokens ? longPrompt.prices : model.prices;
}

/** Everything that the model read: fresh input, cache reads and cache writes. */
export function promptTokensOf(usage: Usage): number {
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
}

/** What a call may take at most. */
export interface CallBounds {
  inputTokens: number;
  maxOutputTokens: number;
  maxWebSearches: number;
}

/**
 * The most that a call can cost: every prompt token at the dearest way of reading it, every output token and search used; rounded up. A server may leave terms that make a
 * call dearer unserved, so they count; that a batch is cheaper is certain.
 */
export function worstCaseAt(prices: ModelPrices, bounds: CallBounds, terms: CallTerms = {}): MicroUsd {
  const dearest = Math.max(prices.input, prices.cacheWrite5m, prices.cacheWrite1h, prices.cacheRead);
  const usage = { ...noUsage, inputTokens: bounds.inputTokens, outputTokens: bounds.maxOutputTokens };
  const searches = { ...noUsage, webSearchRequests: bounds.maxWebSearches };
  const parts =
    tokensPico({ ...prices, input: dearest }, usage) * twentieths(terms) + searchesPico(prices, searches) * 20n;
  const whole = picoPerMicro * 20n;
  return Number((parts + whole - 1n) / whole);
}

/** Each price at its highest over the given ones. */
export function dearestPrices(all: readonly ModelPrices[]): ModelPrices {
  const highest = (pick: (prices: ModelPrices) => number) => Math.max(0, ...all.map(pick));
  return {
    input: highest((prices) => prices.input),
    output: highest((prices) => prices.output),
    cacheWrite5m: highest((prices) => prices.cacheWrite5m),
    cacheWrite1h: highest((prices) => prices.cacheWrite1h),
    cacheRead: highest((prices) => prices.cacheRead),
    webSearch: highest((prices) => prices.webSearch),
  };
}

/** "$1.25", "$0.0031": at least two decimals, more where the amount is below a cent. */
export function formatUsd(amount: MicroUsd): string {
  const digits = amount !== 0 && Math.abs(amount) < 10_000 ? 6 : 4;
  const [whole = "0", fraction = ""] = (amount / 1e6).toFixed(digits).split(".");
  return `$${whole}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
}
