import type { ClientRequest } from "node:http";
import { type ApiCall, type CallScope, CcbError, type Clock } from "@ccb/core";
import type { CallerBook } from "./attribute/create-caller-book.ts";
import type { OpenBatches } from "./batch/create-open-batches.ts";
import type { GatewayOptions, GatewayStats, GatewayUpstream, PromptToEstimate } from "./gateway.ts";
import type { RateLimiter } from "./limit/create-rate-limiter.ts";

/** A request as it goes to the upstream. */
export interface UpstreamRequest {
  method: string;
  /** Path and query below the upstream's base URL. */
  path: string;
  rawHeaders: readonly string[];
  body: Buffer;
  /** Whom the call belongs to, for an upstream that is told. */
  scope: CallScope;
}

/** A request on its way; `wasSent` is false as long as no connection stood, so that nothing can have been billed. */
export interface SentRequest {
  request: ClientRequest;
  wasSent(): boolean;
}

/** A server that calls are forwarded to. */
export interface UpstreamServer {
  /** For messages, and to tell its limits from those of others. */
  host: string;
  options: GatewayUpstream;
  send(request: UpstreamRequest): SentRequest;
}

/** What the parts of one gateway share. */
export interface GatewayContext {
  options: GatewayOptions;
  clock: Clock;
  estimate: (prompt: PromptToEstimate) => number;
  maxBodyBytes: number;
  stats: GatewayStats;
  /** Set once the meter has failed: from then on no priced call is let through. */
  meterFailure: CcbError | undefined;
  nextCallNumber(): number;
  chooseUpstream(model: string | undefined): UpstreamServer;
  limiter: RateLimiter;
  callers: CallerBook;
  batches: OpenBatches;
}

/** Writes a call to the call log. A log that cannot be written is counted and told, and does not end the call it logs. */
export function logCall(context: GatewayContext, call: ApiCall): void {
  try {
    context.options.callLog?.write(call);
  } catch (cause) {
    context.stats.unloggedCalls += 1;
    reportProblem(context, {
      cause,
      code: "io-failed",
      message: `Model call ${call.callNumber} could not be written to the call log: ${describe(cause)}.`,
      hint: "Check that the log directory is writable and the disk not full.",
    });
  }
}

/** The meter threw: calls can no longer be booked, so none may be made. */
export function failMeter(context: GatewayContext, cause: unknown): CcbError {
  context.meterFailure ??= reportProblem(context, {
    cause,
    code: "store-failed",
    message: `The cost ledger failed, so no further model call is let through: ${describe(cause)}.`,
    hint: "Check the build's database and its disk, then resume the build.",
  });
  return context.meterFailure;
}

/** Tells the owner of the gateway what went wrong in it. */
export function reportProblem(context: GatewayContext, problem: ConstructorParameters<typeof CcbError>[0]): CcbError {
  const error = new CcbError(problem);
  context.options.onProblem?.(error);
  return error;
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
