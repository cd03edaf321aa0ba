/** Tokens of one or more model calls, as the API's `usage` reports them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  webSearchRequests: number;
}

/** A usage of nothing. */
export const noUsage: Readonly<Usage> = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  webSearchRequests: 0,
});

/** The sum of two usages. */
export function addUsage(left: Usage, right: Usage): Usage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWrite5mTokens: left.cacheWrite5mTokens + right.cacheWrite5mTokens,
    cacheWrite1hTokens: left.cacheWrite1hTokens + right.cacheWrite1hTokens,
    webSearchRequests: left.webSearchRequests + right.webSearchRequests,
  };
}

/**
 * Reads the `usage` object of an Anthropic Messages answer (or the merged one of a stream's `message_start` and
 * `message_delta`). Missing counts are 0; a `cache_creation_input_tokens` without the split by lifetime counts as 5 minutes.
 */
export function parseAnthropicUsage(raw: unknown): Usage {
  const usage = asRecord(raw);
  const creation = asRecord(usage.cache_creation);
  const write1h = asCount(creation.ephemeral_1h_input_tokens);
  const split5m = asCount(creation.ephemeral_5m_input_tokens);
  const writes = asCount(usage.cache_creation_input_tokens);
  return {
    inputTokens: asCount(usage.input_tokens),
    outputTokens: asCount(usage.output_tokens),
    cacheReadTokens: asCount(usage.cache_read_input_tokens),
    cacheWrite5mTokens: Math.max(split5m, writes - write1h, 0),
    cacheWrite1hTokens: write1h,
    webSearchRequests: asCount(asRecord(usage.server_tool_use).web_search_requests),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function asCount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}
