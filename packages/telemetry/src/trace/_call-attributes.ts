import type { TelemetryEvent } from "../telemetry-event.ts";

type CallEnd = Extract<TelemetryEvent, { type: "call-end" }>;
type Attributes = Record<string, string | number | boolean | string[]>;

/**
 * The attributes of a model call's span, by OpenTelemetry's semantic conventions for generative AI (1.45, "Client spans"), and CCB's own under `ccb.`. Pure.
 *
 * The conventions count every token of the prompt as input, those from a cache and those written to one included.
 */
export function renderCallAttributes(call: CallEnd): Attributes {
  const { usage, scope } = call;
  const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  const error = call.outcome === "answered" ? undefined : String(call.status ?? call.outcome);
  const all: Record<string, Attributes[string] | undefined> = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": call.askedModel ?? call.model,
    "gen_ai.request.max_tokens": call.maxTokens,
    "gen_ai.response.model": call.model,
    "gen_ai.response.id": call.responseId,
    "gen_ai.response.finish_reasons": call.stopReason === undefined ? undefined : [call.stopReason],
    "gen_ai.response.time_to_first_chunk": call.firstByteMs === undefined ? undefined : call.firstByteMs / 1000,
    "gen_ai.usage.input_tokens": usage.inputTokens + usage.cacheReadTokens + written,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage.cacheReadTokens,
    "gen_ai.usage.cache_creation.input_tokens": written,
    "gen_ai.agent.name": scope.agent,
    "gen_ai.conversation.id": scope.session,
    "error.type": error,
    "http.response.status_code": call.status,
    "ccb.call.outcome": call.outcome,
    "ccb.call.caller": scope.caller,
    "ccb.phase.id": scope.phase,
    "ccb.task.id": scope.task,
    "ccb.task.attempt": scope.attempt,
    "ccb.cost.usd": call.costMicroUsd === undefined ? undefined : call.costMicroUsd / 1e6,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, Attributes[string]] => entry[1] !== undefined),
  );
}
