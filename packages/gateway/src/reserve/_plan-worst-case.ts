import { findModel } from "@ccb/core";
import type { PromptToEstimate } from "../gateway.ts";

/** `max_tokens` assumed where neither the request nor the catalogue has one. */
const largestOutput = 128_000;

/** More than any call can use. */
const largestCount = 10_000_000;

/** Searches assumed of a web search tool without `max_uses` (the API pauses a turn after 10 rounds of server tools). */
const searchesWithoutLimit = 10;

/** The most a call can cost, in tokens. */
export interface WorstCase {
  inputTokens: number;
  maxOutputTokens: number;
  maxWebSearches: number;
}

/** The worst case of a Messages request, to be reserved before the call is made; every count is a whole number. */
export function planWorstCase(prompt: PromptToEstimate, estimate: (prompt: PromptToEstimate) => number): WorstCase {
  const { body, model } = prompt;
  return {
    inputTokens: asCount(estimate(prompt)) ?? findModel(model)?.contextWindow ?? largestCount,
    maxOutputTokens: asCount(body.max_tokens) ?? findModel(model)?.maxOutput ?? largestOutput,
    maxWebSearches: countWebSearches(body.tools),
  };
}

function countWebSearches(tools: unknown): number {
  if (!Array.isArray(tools)) return 0;
  let searches = 0;
  for (const tool of tools as { type?: unknown; max_uses?: unknown }[]) {
    if (typeof tool?.type !== "string" || !tool.type.startsWith("web_search")) continue;
    searches += asCount(tool.max_uses) ?? searchesWithoutLimit;
  }
  return Math.min(searches, largestCount);
}

/** A count as a whole number; undefined for what is none. What no model can reach is cut to a number that any ledger can hold. */
function asCount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? Math.min(Math.ceil(value), largestCount) : undefined;
}
