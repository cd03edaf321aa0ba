import type { MicroUsd } from "./cost-meter.ts";
import type { CallScope } from "./scope.ts";
import type { Usage } from "./usage.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where libraries write what happened; they never print. */
export interface Logger {
  log(level: LogLevel, message: string, data?: Record<string, unknown>): void;
}

/** Time, injectable. `monotonicMs` never jumps and is for durations; `now` is the wall clock. */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
}

/** The machine's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => new Date(),
  monotonicMs: () => performance.now(),
});

/** One model call as it went over the wire, before redaction. */
export interface ApiCall {
  callNumber: number;
  /** ISO 8601, when the request came in. */
  at: string;
  /** Path on the upstream, for example "/v1/messages". */
  endpoint: string;
  model: string;
  scope: CallScope;
  requestBody: unknown;
  /** The answer's message, put together from the stream where it was one; the error body for an error status. */
  responseBody: unknown;
  status: number | undefined;
  outcome: "answered" | "cut" | "failed" | "unknown" | "refused";
  usage: Usage;
  costMicroUsd: MicroUsd | undefined;
  latencyMs: number;
  /** Milliseconds to the first byte of the answer. */
  firstByteMs: number | undefined;
  streamChunks: number;
}

/** Keeps every model call. */
export interface ApiCallLog {
  /** Where it returns a promise, the call is written once that resolves. */
  write(call: ApiCall): void | Promise<void>;
}
