import { type MicroUsd, type ModelInfo, type ModelPrices, noUsage, type Usage } from "@ccb/core";

/** Prices are held as whole picodollars a token, so that sums are exact: one US dollar per million tokens is 10^6 picodollars a token. */
const picoPerMicro = 1_000_000n;

const toPicoPerToken = (usdPerMillion: number): bigint => BigInt(Math.round(usdPerMillion * 1e6));

/** The exact cost of a usage at these prices, in picodollars. */
function pricePico(prices: ModelPrices, usage: Usage): bigint {
  return (
    toPicoPerToken(prices.input) * BigInt(usage.inputTokens) +
    toPicoPerToken(prices.output) * BigInt(usage.outputTokens) +
    toPicoPerToken(prices.cacheRead) * BigInt(usage.cacheReadTokens) +
    toPicoPerToken(prices.cacheWrite5m) * BigInt(usage.cacheWrite5mTokens) +
    toPicoPerToken(prices.cacheWrite1h) * BigInt(usage.cacheWrite1hTokens) +
    BigInt(Math.round(prices.webSearch * 1e12)) * BigInt(usage.webSearchRequests)
  );
}

/** The cost of a usage in micro-dollars, rounded half up. */
export function priceAt(prices: ModelPrices, usage: Usage): MicroUsd {
  return Number((pricePico(prices, usage) + picoPerMicro / 2n) / picoPerMicro);
}

/** The prices of a request with a prompt of that many tokens: above a model's threshold the whole request is priced higher. */
export function pricesForPrompt(model: ModelInfo, promptTokens: number): ModelPrices {
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

/** The most that a call can cost: every prompt token at the dearest way of reading it, every output token and search used; rounded up. */
export function worstCaseAt(prices: ModelPrices, bounds: CallBounds): MicroUsd {
  const dearest = Math.max(prices.input, prices.cacheWrite5m, prices.cacheWrite1h, prices.cacheRead);
  const pico = pricePico(
    { ...prices, input: dearest },
    {
      ...noUsage,
      inputTokens: bounds.inputTokens,
      outputTokens: bounds.maxOutputTokens,
      webSearchRequests: bounds.maxWebSearches,
    },
  );
  return Number((pico + picoPerMicro - 1n) / picoPerMicro);
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
