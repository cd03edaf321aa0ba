import { createHash } from "node:crypto";
import { noUsage, type Usage } from "@ccb/core";
import type { MessagesRequest } from "./messages-request.ts";

/** Characters that count as one token. A rule of this server, not of a tokenizer. */
const charsPerToken = 4;

/** The prefixes of earlier prompts, by model. */
export type PromptCache = Map<string, Set<string>>;

/**
 * Input usage by character count: every tool, system block and message block costs a token for each 4 characters of its JSON, rounded up.
 *
 * With a cache, the blocks from the start that an earlier prompt of the same model began with are cache reads, the other blocks are
 * 5-minute cache writes, and the last block, when it is new, is plain input. `cache_control` marks are not looked at.
 */
export function measureInput(request: MessagesRequest, cache?: PromptCache): Usage {
  const segments = listSegments(request);
  const tokens = segments.map((segment) => Math.ceil(segment.length / charsPerToken));
  if (!cache) return { ...noUsage, inputTokens: sum(tokens) };
  const known = cache.get(request.model) ?? new Set<string>();
  cache.set(request.model, known);
  const hash = createHash("sha256");
  let cached = 0;
  const prefixes = segments.map((segment) => hash.update(segment).update("\0").copy().digest("base64"));
  while (cached < prefixes.length && known.has(prefixes[cached] ?? "")) cached += 1;
  for (const prefix of prefixes) known.add(prefix);
  const fresh = tokens.slice(cached);
  const last = fresh.at(-1) ?? 0;
  return {
    ...noUsage,
    inputTokens: last,
    cacheReadTokens: sum(tokens.slice(0, cached)),
    cacheWrite5mTokens: sum(fresh) - last,
  };
}

/** Output tokens by character count: one for each 4 characters of text and of tool input, rounded up for each block, 1 at least. */
export function measureOutput(blocks: readonly ({ text: string } | { inputJson: string; name: string })[]): number {
  const tokens = blocks.map((block) =>
    Math.ceil(("text" in block ? block.text.length : block.inputJson.length + block.name.length) / charsPerToken),
  );
  return Math.max(1, sum(tokens));
}

function listSegments(request: MessagesRequest): string[] {
  const segments = (request.tools ?? []).map(renderSegment);
  if (typeof request.system === "string") segments.push(request.system);
  else segments.push(...(request.system ?? []).map(renderSegment));
  for (const message of request.messages) {
    if (typeof message.content === "string") segments.push(renderSegment({ type: "text", text: message.content }));
    else segments.push(...message.content.map(renderSegment));
  }
  return segments;
}

/** A client moves its cache marks from turn to turn; they are no part of the prompt. */
function renderSegment(value: object): string {
  return JSON.stringify(value, (key, member: unknown) => (key === "cache_control" ? undefined : member));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
