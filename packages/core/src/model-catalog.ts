/** US dollars per million tokens; `webSearch` is US dollars per request. */
export interface ModelPrices {
  input: number;
  output: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  cacheRead: number;
  webSearch: number;
}

/** What CCB knows of a model. Windows are in tokens. */
export interface ModelInfo {
  id: string;
  family: string;
  /** The id on the wire. */
  apiId: string;
  contextWindow: number;
  maxOutput: number;
  prices: ModelPrices;
  /** Prices of the whole request once its prompt is larger than `abovePromptTokens`. */
  longPrompt?: { abovePromptTokens: number; prices: ModelPrices };
}

/** The day the catalogue was read off Claude Code 2.1.329's own model catalogue (list prices). */
export const modelCatalogDate = "2026-11-21";

type Row = [id: string, apiId: string, contextWindow: number, maxOutput: number, prices: number[], long?: number[]];

/** Prices: input, output, cache write 5 min, cache write 1 h, cache read, web search. Long prompt: threshold, then the first five. */
const rows: Row[] = [
  ["claude-3-5-haiku", "claude-3-5-haiku-20241022", 200000, 8192, [0.8, 4, 1, 1.6, 0.08, 0.01]],
  ["claude-haiku-4-5", "claude-haiku-4-5-20251001", 200000, 64000, [1, 5, 1.25, 2, 0.1, 0.01]],
  [
    "claude-haiku-5-5",
    "claude-haiku-5-5",
    1000000,
    128000,
    [0.1, 0.5, 0.125, 0.2, 0.01, 0.01],
    [100000, 0.5, 2.5, 0.625, 1, 0.05],
  ],
  ["claude-3-5-sonnet", "claude-3-5-sonnet-20241022", 200000, 8192, [3, 15, 3.75, 6, 0.3, 0.01]],
  ["claude-3-7-sonnet", "claude-3-7-sonnet-20250219", 200000, 64000, [3, 15, 3.75, 6, 0.3, 0.01]],
  ["claude-sonnet-4-0", "claude-sonnet-4-20250514", 200000, 64000, [3, 15, 3.75, 6, 0.3, 0.01]],
  ["claude-sonnet-4-5", "claude-sonnet-4-5-20250929", 200000, 64000, [3, 15, 3.75, 6, 0.3, 0.01]],
  ["claude-sonnet-4-6", "claude-sonnet-4-6", 200000, 128000, [3, 15, 3.75, 6, 0.3, 0.01]],
  ["claude-sonnet-5", "claude-sonnet-5", 1000000, 128000, [2, 10, 2.5, 4, 0.2, 0.01]],
  ["claude-sonnet-5-5", "claude-sonnet-5-5", 1000000, 128000, [2, 10, 2.5, 4, 0.1, 0.01]],
  ["claude-opus-4-0", "claude-opus-4-20250514", 200000, 32000, [15, 75, 18.75, 30, 1.5, 0.01]],
  ["claude-opus-4-1", "claude-opus-4-1-20250805", 200000, 32000, [15, 75, 18.75, 30, 1.5, 0.01]],
  ["claude-opus-4-5", "claude-opus-4-5-20251101", 200000, 64000, [5, 25, 6.25, 10, 0.5, 0.01]],
  ["claude-opus-4-6", "claude-opus-4-6", 200000, 128000, [5, 25, 6.25, 10, 0.5, 0.01]],
  ["claude-opus-4-7", "claude-opus-4-7", 1000000, 128000, [5, 25, 6.25, 10, 0.5, 0.01]],
  ["claude-opus-4-8", "claude-opus-4-8", 1000000, 128000, [5, 25, 6.25, 10, 0.5, 0.01]],
  ["claude-opus-5", "claude-opus-5", 1000000, 128000, [5, 25, 6.25, 10, 0.5, 0.01]],
  ["claude-opus-5-5", "claude-opus-5-5", 1000000, 128000, [4, 20, 5, 8, 0.2, 0.01]],
  ["claude-fable-5", "claude-fable-5", 1000000, 128000, [10, 50, 12.5, 20, 1, 0.01]],
  ["claude-fable-5-1", "claude-fable-5-1", 1000000, 128000, [10, 50, 12.5, 20, 0.25, 0.01]],
  ["claude-fable-5-2", "claude-fable-5-2", 1000000, 128000, [8, 40, 10, 16, 0.2, 0.01]],
  ["claude-mythos-5", "claude-mythos-5", 1000000, 128000, [10, 50, 12.5, 20, 1, 0.01]],
  ["claude-mythos-5-1", "claude-mythos-5-1", 1000000, 128000, [10, 50, 12.5, 20, 0.25, 0.01]],
  ["claude-mythos-5-2", "claude-mythos-5-2", 1000000, 128000, [8, 40, 10, 16, 0.2, 0.01]],
];

/** The id of the rule-based local model of `@ccb/offline`; it costs nothing because it is this machine's own arithmetic. */
export const offlineModelId = "ccb-offline";

const offlineModel: ModelInfo = {
  id: offlineModelId,
  family: "offline",
  apiId: offlineModelId,
  contextWindow: 1_000_000,
  maxOutput: 128_000,
  prices: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, webSearch: 0 },
};

/** Every model CCB has a window and a price for. */
export const modelCatalog: readonly ModelInfo[] = Object.freeze([...rows.map(readRow), offlineModel]);

/** The model CCB uses unless told otherwise. */
export const defaultModelId = "claude-opus-5-5";

/**
 * The catalogue entry of a model by its short id or its id on the wire, with or without a `[1m]` suffix or a date; `undefined` for
 * a model CCB does not know, whose price is then unknown (never zero).
 */
export function findModel(id: string): ModelInfo | undefined {
  const wanted = id.replace(/\[1m\]$/, "");
  const undated = wanted.replace(/-\d{8}$/, "");
  return (
    modelCatalog.find((model) => model.id === wanted || model.apiId === wanted) ??
    modelCatalog.find((model) => model.id === undated)
  );
}

function readRow([id, apiId, contextWindow, maxOutput, prices, long]: Row): ModelInfo {
  const family = /haiku|sonnet|opus|fable|mythos/.exec(id)?.[0] ?? "claude";
  const webSearch = prices[5] ?? 0;
  return {
    id,
    family,
    apiId,
    contextWindow,
    maxOutput,
    prices: readPrices(prices, webSearch),
    ...(long ? { longPrompt: { abovePromptTokens: long[0] ?? 0, prices: readPrices(long.slice(1), webSearch) } } : {}),
  };
}

function readPrices(row: number[], webSearch: number): ModelPrices {
  const [input = 0, output = 0, cacheWrite5m = 0, cacheWrite1h = 0, cacheRead = 0] = row;
  return { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearch };
}
