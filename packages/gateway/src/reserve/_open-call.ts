import { type ApiCall, type CallScope, type CostEntry, noUsage, type ReserveResult } from "@ccb/core";
import { type AnthropicError, anthropicErrorBody, statusOfError } from "../_anthropic-error.ts";
import { failMeter, type GatewayContext, logCall } from "../_gateway-context.ts";
import type { AskedCall, CallEnd } from "../answer/_read-call-end.ts";

/** One priced call from its reservation to its booking. */
export interface OpenCall {
  /** Reserves the worst case; an error is what the client gets instead of an answer. */
  reserve(): AnthropicError | undefined;
  countChunk(): void;
  isFinished(): boolean;
  /** Books the call, then runs `afterBooking`, then logs it. Only the first end counts. */
  finish(end: CallEnd, afterBooking?: () => void): void;
}

/** Opens a priced call: it is numbered now, and booked and logged exactly once. */
export function openCall(
  context: GatewayContext,
  call: { scope: CallScope; endpoint: string; asked: AskedCall; requestBody: unknown; requestHash: string },
): OpenCall {
  const { scope, asked } = call;
  const callNumber = context.nextCallNumber();
  const at = context.clock.now().toISOString();
  const startedMs = context.clock.monotonicMs();
  let firstByteMs: number | undefined;
  let streamChunks = 0;
  let reservationId: number | undefined;
  let isFinished = false;
  const elapsed = () => Math.round((context.clock.monotonicMs() - startedMs) * 1000) / 1000;

  const describe = (end: Pick<CallEnd, "model" | "status" | "usage" | "responseBody">) => ({
    callNumber,
    at,
    endpoint: call.endpoint,
    scope,
    model: end.model,
    requestBody: call.requestBody,
    responseBody: end.responseBody,
    status: end.status,
    usage: end.usage,
    latencyMs: elapsed(),
    firstByteMs,
    streamChunks,
  });

  const refuse = (error: AnthropicError): AnthropicError => {
    context.stats.refused += 1;
    const responseBody = anthropicErrorBody(error);
    const end = { model: asked.model, status: statusOfError(error), usage: noUsage, responseBody };
    logCall(context, { ...describe(end), outcome: "refused", costMicroUsd: 0 });
    return error;
  };

  return {
    reserve() {
      const result = reserve(context, scope, asked);
      if ("failure" in result) return refuse(result.failure);
      if (result.granted) {
        reservationId = result.reservationId;
        return undefined;
      }
      const { capMicroUsd, spentMicroUsd, neededMicroUsd, reason } = result;
      const error = refuse({ type: "permission_error", message: `CCB budget reached: ${reason}` });
      context.options.onRefusal?.({
        callNumber,
        scope,
        model: asked.model,
        reason,
        capMicroUsd,
        spentMicroUsd,
        neededMicroUsd,
      });
      return error;
    },
    countChunk() {
      firstByteMs ??= elapsed();
      streamChunks += 1;
    },
    isFinished: () => isFinished,
    finish(end, afterBooking) {
      if (isFinished || reservationId === undefined) return;
      isFinished = true;
      context.stats[end.outcome] += 1;
      const done = { ...describe(end), outcome: end.outcome, costMicroUsd: undefined };
      const booked = book(context, { reservationId, end, done, requestHash: call.requestHash });
      afterBooking?.();
      logCall(context, booked);
    },
  };
}

function reserve(
  context: GatewayContext,
  scope: CallScope,
  asked: AskedCall,
): ReserveResult | { failure: AnthropicError } {
  const { inputTokens, maxOutputTokens, maxWebSearches } = asked.worst;
  let failure = context.meterFailure;
  if (!failure) {
    try {
      const searches = maxWebSearches > 0 ? { maxWebSearches } : {};
      return context.options.meter.reserve({ model: asked.model, inputTokens, maxOutputTokens, ...searches, scope });
    } catch (cause) {
      failure = failMeter(context, cause);
    }
  }
  return { failure: { type: "permission_error", message: `CCB cannot book this call: ${failure.message}` } };
}

/** Books a call, keeps its answer and tells of it, all of it or nothing; returns the call with its cost. */
function book(
  context: GatewayContext,
  ended: { reservationId: number; end: CallEnd; done: ApiCall; requestHash: string },
): ApiCall {
  const { end, done } = ended;
  const { atomically = (work) => work(), answers, meter, onCall } = context.options;
  const { latencyMs, callNumber, scope } = done;
  const { model, usage, messageId } = end;
  try {
    return atomically(() => {
      const outcome = { status: end.outcome, model, usage, messageId, latencyMs, callNumber };
      const entry: CostEntry = meter.settle(ended.reservationId, outcome);
      const booked = { ...done, costMicroUsd: entry.costMicroUsd };
      const message = end.responseBody;
      if (end.outcome === "answered" && typeof message === "object" && message !== null) {
        answers?.keep({ hash: ended.requestHash, scope }, message as Record<string, unknown>);
      }
      onCall?.(booked, entry);
      return booked;
    });
  } catch (cause) {
    failMeter(context, cause);
    return done;
  }
}
