import { type ApiCall, type CallScope, type CcbError, type CostEntry, noUsage, type ReserveResult } from "@ccb/core";
import { type AnthropicError, anthropicErrorBody, statusOfError } from "../_anthropic-error.ts";
import { failMeter, type GatewayContext, logCall, reportProblem, runAfter, whenDurable } from "../_gateway-context.ts";
import type { AskedCall, CallEnd } from "../answer/_read-call-end.ts";
import type { GatewayRefusal } from "../gateway.ts";

/** One priced call from its reservation to its booking. */
export interface OpenCall {
  readonly asked: AskedCall;
  /** Logs that the call was not let through; the error is what the client gets. */
  refuse(error: AnthropicError): AnthropicError;
  /** Asks `beforeCall` and reserves the worst case; an error is what the client gets instead of an answer. */
  reserve(): AnthropicError | undefined;
  /** Resolves once the disk has the reservation; an error is what the client gets where the call must not be sent any more. From there to the sending nothing may be awaited. */
  confirm(): Promise<AnthropicError | undefined>;
  countChunk(): void;
  isFinished(): boolean;
  /** Books the call, once it is recorded; once the disk has that, passes the end on and logs the call. Only the first end counts. */
  finish(end: CallEnd, next?: AfterCall): void;
}

interface AfterCall {
  recorded?: Promise<void> | undefined;
  passOn?: () => void;
}

interface EndedCall {
  reservationId: number;
  end: CallEnd;
  done: ApiCall;
  requestHash: string | undefined;
}

/** Opens a priced call: it is numbered now, and booked and logged exactly once. */
export function openCall(
  context: GatewayContext,
  call: {
    scope: CallScope;
    endpoint: string;
    asked: AskedCall;
    requestBody: unknown;
    /** Where answers are kept. */
    requestHash?: string | undefined;
  },
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
    asked,
    refuse,
    reserve() {
      const fenced = askBeforeCall(context, scope);
      if (fenced) return refuse(fenced);
      const result = reserve(context, scope, asked);
      if ("failure" in result) return refuse(result.failure);
      if (result.granted) {
        reservationId = result.reservationId;
        return undefined;
      }
      const error = refuse({ type: "permission_error", message: `CCB budget reached: ${result.reason}` });
      tellRefusal(context, { callNumber, scope, model: asked.model }, result);
      return error;
    },
    confirm: () => confirm(context, scope),
    countChunk() {
      firstByteMs ??= elapsed();
      streamChunks += 1;
    },
    isFinished: () => isFinished,
    finish(end, next = {}) {
      if (isFinished || reservationId === undefined) return;
      isFinished = true;
      const done = { ...describe(end), outcome: end.outcome, costMicroUsd: undefined };
      endCall(context, { reservationId, end, done, requestHash: call.requestHash }, next);
    },
  };
}

async function confirm(context: GatewayContext, scope: CallScope): Promise<AnthropicError | undefined> {
  const durable = whenDurable(context);
  if (!durable) return undefined;
  await durable;
  return context.meterFailure ? cannotBook(context.meterFailure) : askBeforeCall(context, scope);
}

function tellRefusal(
  context: GatewayContext,
  call: Pick<GatewayRefusal, "callNumber" | "scope" | "model">,
  { granted: _granted, cap = "build", ...figures }: Extract<ReserveResult, { granted: false }>,
): void {
  context.options.onRefusal?.({ ...call, cap, ...figures });
}

/** A fence that cannot be asked holds: whoever must not spend does not. */
function askBeforeCall(context: GatewayContext, scope: CallScope): AnthropicError | undefined {
  try {
    const answer = context.options.beforeCall?.(scope);
    return answer && { type: "permission_error", message: `CCB does not let this call through: ${answer.refuse}` };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const { message } = reportProblem(context, {
      cause,
      code: "gateway-failed",
      message: `The check before a model call failed, so the call is not let through: ${why}.`,
      hint: "Look at the function beforeCall given to createGateway: it must not throw.",
    });
    return { type: "permission_error", message: `CCB does not let this call through: ${message}` };
  }
}

function reserve(
  context: GatewayContext,
  scope: CallScope,
  asked: AskedCall,
): ReserveResult | { failure: AnthropicError } {
  const { model, terms } = asked;
  const { inputTokens, maxOutputTokens, maxWebSearches } = asked.worst;
  let failure = context.meterFailure;
  if (!failure) {
    try {
      const searches = maxWebSearches > 0 ? { maxWebSearches } : {};
      const { atomically = (work) => work(), meter } = context.options;
      return atomically(() => meter.reserve({ model, inputTokens, maxOutputTokens, ...searches, terms, scope }));
    } catch (cause) {
      failure = failMeter(context, cause);
    }
  }
  return { failure: cannotBook(failure) };
}

function cannotBook(failure: CcbError): AnthropicError {
  return { type: "permission_error", message: `CCB cannot book this call: ${failure.message}` };
}

function endCall(context: GatewayContext, ended: EndedCall, { recorded, passOn }: AfterCall): void {
  const { end, done } = ended;
  runAfter(context, recorded, () => {
    context.stats[end.outcome] += 1;
    const booked = book(context, ended);
    if (end.outcome === "answered") context.callers.learn(done.scope, end.responseBody);
    runAfter(context, whenDurable(context), () => {
      passOn?.();
      logCall(context, booked);
    });
  });
}

/** Books a call, keeps its answer and tells of it, all of it or nothing; returns the call with its cost. */
function book(context: GatewayContext, ended: EndedCall): ApiCall {
  const { end, done, requestHash } = ended;
  const { atomically = (work) => work(), answers, meter, onCall } = context.options;
  const { latencyMs, callNumber, scope, firstByteMs } = done;
  const { model, usage, messageId, terms, status: httpStatus } = end;
  const outcome = {
    status: end.outcome,
    model,
    usage,
    messageId,
    latencyMs,
    callNumber,
    terms,
    httpStatus,
    firstByteMs,
  };
  try {
    return atomically(() => {
      const entry: CostEntry = meter.settle(ended.reservationId, outcome);
      const booked = { ...done, costMicroUsd: entry.costMicroUsd };
      const message = end.responseBody;
      if (requestHash && end.outcome === "answered" && typeof message === "object" && message !== null) {
        answers?.keep({ hash: requestHash, scope }, message as Record<string, unknown>);
      }
      onCall?.(booked, entry);
      return booked;
    });
  } catch (cause) {
    failMeter(context, cause);
    return done;
  }
}
