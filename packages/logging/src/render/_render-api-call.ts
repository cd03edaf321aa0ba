import type { ApiCall, Usage } from "@ccb/core";

type Fields = Record<string, unknown>;

/** A call as its file holds it: the request and response in full, with the fields that every call has in front. */
export function renderApiCall(call: ApiCall, callId: string): Fields {
  const {
    messages = null,
    system = null,
    temperature = null,
    max_tokens = null,
    tools = null,
    ...restOfRequest
  } = asFields(call.requestBody);
  const { content = [], usage: _usage, ...restOfResponse } = asFields(call.responseBody);
  return {
    timestamp: call.at,
    call_id: callId,
    call_number: call.callNumber,
    endpoint: call.endpoint,
    model: call.model,
    outcome: call.outcome,
    status: call.status ?? null,
    cost_usd: dollars(call),
    request: { messages, system, temperature, max_tokens, tools, ...restOfRequest },
    response: { content, tool_calls: toolCalls(content), usage: renderUsage(call.usage), ...restOfResponse },
    performance: {
      latency_ms: call.latencyMs,
      first_byte_ms: call.firstByteMs ?? null,
      stream_chunks: call.streamChunks,
    },
    context: {
      build: call.scope.build,
      phase: call.scope.phase ?? null,
      task: call.scope.task ?? null,
      agent: call.scope.agent,
    },
  };
}

/** A call as one line of `session_summary.jsonl`. */
export function renderCallSummary(call: ApiCall): Fields {
  return {
    timestamp: call.at,
    call_number: call.callNumber,
    endpoint: call.endpoint,
    model: call.model,
    tokens: totalTokens(call.usage),
    latency_ms: call.latencyMs,
    cost: dollars(call),
    outcome: call.outcome,
    status: call.status ?? null,
    agent: call.scope.agent,
    phase: call.scope.phase ?? null,
    task: call.scope.task ?? null,
  };
}

/** US dollars; null where the price is unknown, which is not the same as free. */
function dollars(call: ApiCall): number | null {
  return call.costMicroUsd === undefined ? null : call.costMicroUsd / 1_000_000;
}

/** The names of the API, so that a reader of one knows the other. */
function renderUsage(usage: Usage): Fields {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    total_tokens: totalTokens(usage),
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation_5m_input_tokens: usage.cacheWrite5mTokens,
    cache_creation_1h_input_tokens: usage.cacheWrite1hTokens,
    web_search_requests: usage.webSearchRequests,
  };
}

/** Everything the model read and wrote, from the cache or not. */
function totalTokens(usage: Usage): number {
  const cached = usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  return usage.inputTokens + usage.outputTokens + cached;
}

function toolCalls(content: unknown): unknown[] {
  const blocks: unknown[] = Array.isArray(content) ? content : [];
  return blocks.map(asFields).filter((block) => typeof block.type === "string" && /tool_use$/.test(block.type));
}

/** An object as it is; any other body under `body`, so that it is kept too. */
function asFields(body: unknown): Fields {
  if (body === undefined || body === null) return {};
  return typeof body === "object" && !Array.isArray(body) ? (body as Fields) : { body };
}
