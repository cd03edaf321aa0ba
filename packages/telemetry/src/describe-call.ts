import type { ApiCall, BuildEventBody, MicroUsd } from "@ccb/core";

/** A model call as an event: who, what, how much and how long, without what was said. Pure. */
export function describeCall(call: ApiCall, totalMicroUsd: MicroUsd): Extract<BuildEventBody, { type: "call-end" }> {
  const { scope, model, outcome, usage, costMicroUsd, latencyMs, firstByteMs, status } = call;
  const request = asFields(call.requestBody);
  const response = asFields(call.responseBody);
  return {
    type: "call-end",
    scope,
    model,
    outcome,
    usage,
    costMicroUsd,
    totalMicroUsd,
    latencyMs,
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
    ...(status === undefined ? {} : { status }),
    ...(typeof request.model === "string" && request.model !== model ? { askedModel: request.model } : {}),
    ...(typeof request.max_tokens === "number" ? { maxTokens: request.max_tokens } : {}),
    ...(typeof response.id === "string" ? { responseId: response.id } : {}),
    ...(typeof response.stop_reason === "string" ? { stopReason: response.stop_reason } : {}),
  };
}

function asFields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
