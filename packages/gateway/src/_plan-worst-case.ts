import { findModel, noUsage, type Usage } from "@ccb/core";
import type { PromptToEstimate } from "./gateway.ts";

/** `max_tokens` assumed where neither the request nor the catalogue has one. */
const largestOutput = 128_000;

/** Searches assumed of a web search tool without `max_uses` (the API pauses a turn after 10 rounds of server tools). */
const searchesWithoutLimit = 10;

/** The most a call can cost, in tokens. */
export interface WorstCase {
  inputTokens: number;
  maxOutputTokens: number;
  maxWebSearches: number;
  /** Tokens of thinking that are billed but not shown in full: the thinking budget, or all of the output. */
  hiddenOutputTokens: number;
  /** What is booked when nobody can tell what a call used. */
  usage: Usage;
}

/** The worst case of a Messages request, so that it can be reserved before the call and booked if its answer is never seen. */
export function planWorstCase(
  prompt: PromptToEstimate,
  options: { estimate: (prompt: PromptToEstimate) => number; raw: Buffer },
): WorstCase {
  const { body, model } = prompt;
  const asked = body.max_tokens;
  const maxOutputTokens =
    typeof asked === "number" && asked >= 0 ? Math.ceil(asked) : (findModel(model)?.maxOutput ?? largestOutput);
  const inputTokens = Math.max(1, Math.ceil(options.estimate(prompt)));
  const maxWebSearches = countWebSearches(body.tools);
  const usage: Usage = { ...noUsage, outputTokens: maxOutputTokens, webSearchRequests: maxWebSearches };
  usage[dearestInput(options.raw)] = inputTokens;
  return {
    inputTokens,
    maxOutputTokens,
    maxWebSearches,
    hiddenOutputTokens: hiddenOutput(body.thinking, maxOutputTokens),
    usage,
  };
}

/** Writing to the cache costs more than input, and only a request that says `cache_control` can do it. */
function dearestInput(raw: Buffer): "inputTokens" | "cacheWrite5mTokens" | "cacheWrite1hTokens" {
  if (!raw.includes('"cache_control"')) return "inputTokens";
  return raw.includes('"1h"') ? "cacheWrite1hTokens" : "cacheWrite5mTokens";
}

function hiddenOutput(thinking: unknown, maxOutputTokens: number): number {
  const budget =
    typeof thinking === "object" && thinking !== null
      ? (thinking as { budget_tokens?: unknown }).budget_tokens
      : undefined;
  return typeof budget === "number" ? Math.min(budget, maxOutputTokens) : maxOutputTokens;
}

function countWebSearches(tools: unknown): number {
  if (!Array.isArray(tools)) return 0;
  let searches = 0;
  for (const tool of tools as { type?: unknown; max_uses?: unknown }[]) {
    if (typeof tool?.type !== "string" || !tool.type.startsWith("web_search")) continue;
    searches += typeof tool.max_uses === "number" ? tool.max_uses : searchesWithoutLimit;
  }
  return searches;
}
