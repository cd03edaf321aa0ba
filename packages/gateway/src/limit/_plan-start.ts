/** A limit of a server as its headers told it. Times are monotonic milliseconds. */
export interface LimitWindow {
  /** Per minute; 0 where the server does not say. */
  limit: number;
  /** What was left when it was told. */
  remaining: number;
  /** When it was told. */
  atMs: number;
  /** When it is full again. */
  resetMs: number;
}

/** What is known of the limits of one model at one server. */
export interface LaneLimits {
  /** No call before this moment. */
  heldUntilMs: number;
  requests: LimitWindow | undefined;
  /** Of all, of input, of output. */
  tokens: LimitWindow[];
  /** Calls sent whose answer has not begun, and a rough count of their tokens. */
  unanswered: { calls: number; tokens: number };
  /** A hold has just ended: one call goes ahead to see whether it is true. */
  isProbing: boolean;
}

/**
 * The moment from which one more call may go, in monotonic milliseconds: now or earlier where it may go at once, Infinity where it has to wait for an answer of
 * another call.
 */
export function planStart(limits: LaneLimits, nowMs: number): number {
  if (limits.heldUntilMs > nowMs) return limits.heldUntilMs;
  if (limits.isProbing && limits.unanswered.calls > 0) return Number.POSITIVE_INFINITY;
  const starts = limits.tokens.map((window) => refillMs(window, { pending: limits.unanswered.tokens, nowMs }));
  if (limits.requests) starts.push(refillMs(limits.requests, { pending: limits.unanswered.calls, nowMs }));
  return Math.max(nowMs, ...starts);
}

/** When a window has something left again. A bucket refills evenly, and is full at its reset. */
function refillMs(window: LimitWindow, state: { pending: number; nowMs: number }): number {
  if (window.resetMs <= state.nowMs) return state.nowMs;
  const perMs = window.limit / 60_000;
  const refilled = Math.max(0, state.nowMs - window.atMs) * perMs;
  const left = window.remaining - state.pending + refilled;
  if (left >= 1) return state.nowMs;
  const refill = perMs > 0 ? state.nowMs + (1 - left) / perMs : window.resetMs;
  return Math.min(window.resetMs, refill);
}
