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
  /** What goes on after a call's end: it is recorded, waits for the disk, is passed on and logged. */
  underWay: Set<Promise<void>>;
}

/** Writes a call to the call log. A log that cannot be written is counted and told, and does not end the call it logs. */
export function logCall(context: GatewayContext, call: ApiCall): void {
  const { callLog } = context.options;
  if (!callLog) return;
  const written = attempt(
    () => callLog.write(call),
    (cause) => {
      context.stats.unloggedCalls += 1;
      reportProblem(context, {
        cause,
        code: "io-failed",
        message: `Model call ${call.callNumber} could not be written to the call log: ${describe(cause)}.`,
        hint: "Check that the log directory is writable and the disk not full.",
      });
    },
  );
  if (written) follow(context, written);
}

/** The gateway is closed only once this has ended; it must not reject. */
export function follow(context: GatewayContext, work: Promise<void>): void {
  context.underWay.add(work);
  void work.finally(() => context.underWay.delete(work));
}

/** Runs work that may go on after it returns, and tells what it throws or rejects with. The promise, where there is one, never rejects. */
export function attempt(
  work: () => void | Promise<void>,
  onFailure: (cause: unknown) => void,
): Promise<void> | undefined {
  try {
    return work()?.catch(onFailure);
  } catch (cause) {
    onFailure(cause);
    return undefined;
  }
}

/** Runs `next` once `pending` has resolved, which must not reject; at once where there is nothing to wait for. */
export function runAfter(context: GatewayContext, pending: Promise<void> | undefined, next: () => void): void {
  if (pending) follow(context, pending.then(next));
  else next();
}

/** Resolves once the disk has what was booked; undefined where nobody has to wait. Never rejects: a disk that fails is a meter that fails. */
export function whenDurable(context: GatewayContext): Promise<void> | undefined {
  return context.options.durable?.().catch((cause: unknown) => void failMeter(context, cause));
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
