import type { IncomingHttpHeaders } from "node:http";
import type { Clock, RateLimitHold, RateLimitHoldStore } from "@ccb/core";
import { createLanes, type Lane } from "./_create-lanes.ts";
import { planStart } from "./_plan-start.ts";

export interface RateLimiterOptions {
  clock: Clock;
  maxConcurrent: number;
  maxQueued: number;
  maxHoldMs: number;
  holds?: RateLimitHoldStore | undefined;
  onHold?: ((hold: RateLimitHold) => void) | undefined;
}

/** A call on its way through the limiter. */
export interface AdmittedCall {
  /** The answer has begun; its headers hold for all calls to the model. */
  answered(status: number, headers: IncomingHttpHeaders): void;
  /** The call has ended, however. Calling it twice is no error. */
  release(): void;
}

export type Admission =
  | { outcome: "go"; call: AdmittedCall }
  /** Told to come back later: the wait would be too long, or too many wait. */
  | { outcome: "held"; retryAfterMs: number; reason: string }
  /** The client left, or the gateway ends. */
  | { outcome: "left" | "closing" };

/** A call that wants to go. */
interface AskedStart {
  upstream: string;
  model: string;
  /** Of the request. */
  bytes: number;
  /** Aborted when the client leaves. */
  gone: AbortSignal;
}

/** Lets calls of all sessions through as the servers' limits allow. */
export interface RateLimiter {
  admit(call: AskedStart): Promise<Admission>;
  countQueued(): number;
  /** Those who wait are told that the gateway ends. */
  close(): void;
}

interface Waiting {
  lane: Lane;
  bytes: number;
  settle(admission: Admission): void;
}

/** Tokens of a byte of a request, for a rough count only (median of what the API counted on 766 documents, Claude 5). */
const tokensPerByte = 0.46;

/** Told to a client that comes while too many wait. */
const crowdedRetryMs = 5_000;

/**
 * One limiter for all sessions: a 429 (or 529 or 503 with `retry-after`) that one of them gets holds the calls of the others to that model until the wake time, and
 * `anthropic-ratelimit-*` headers hold them before it comes to that. When a hold ends, one call goes ahead; the rest follow when it is let in.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { clock, maxConcurrent, maxQueued, maxHoldMs } = options;
  const lanes = createLanes(options);
  let queue: Waiting[] = [];
  let running = 0;
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;
  const isTooLong = (waitMs: number) => waitMs > maxHoldMs && waitMs < Number.POSITIVE_INFINITY;

  function start(lane: Lane, bytes: number): Admission {
    running += 1;
    const begin = countUnanswered(lane, bytes * tokensPerByte);
    const end = once(() => {
      begin();
      running -= 1;
      pump();
    });
    const answered = (status: number, headers: IncomingHttpHeaders) => {
      begin();
      lanes.note(lane, status, headers);
      pump();
    };
    return { outcome: "go", call: { answered, release: end } };
  }

  /** Lets through, in their order, those who may go now, and sets the clock for the next. */
  function pump(): void {
    clearTimeout(timer);
    if (queue.length === 0) return;
    const nowMs = clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    queue = queue.filter(({ lane, bytes, settle }) => {
      const startMs = running < maxConcurrent ? planStart(lane, nowMs) : Number.POSITIVE_INFINITY;
      const isSettled = startMs <= nowMs || isTooLong(startMs - nowMs);
      if (startMs <= nowMs) settle(start(lane, bytes));
      else if (isSettled) settle(heldBack(lane, startMs - nowMs));
      else nextMs = Math.min(nextMs, startMs);
      return !isSettled;
    });
    if (nextMs < Number.POSITIVE_INFINITY) timer = setTimeout(pump, Math.max(1, Math.ceil(nextMs - nowMs)));
  }

  function wait(lane: Lane, { bytes, gone }: AskedStart): Promise<Admission> {
    return new Promise((resolve) => {
      const leave = () => {
        queue = queue.filter((one) => one !== waiting);
        resolve({ outcome: "left" });
      };
      const settle = (admission: Admission) => {
        gone.removeEventListener("abort", leave);
        resolve(admission);
      };
      const waiting: Waiting = { lane, bytes, settle };
      gone.addEventListener("abort", leave, { once: true });
      queue.push(waiting);
      pump();
    });
  }

  return {
    async admit(asked) {
      if (isClosing) return { outcome: "closing" };
      if (asked.gone.aborted) return { outcome: "left" };
      const lane = lanes.of(asked.upstream, asked.model);
      const nowMs = clock.monotonicMs();
      const startMs = planStart(lane, nowMs);
      const isNext = running < maxConcurrent && !queue.some((waiting) => waiting.lane === lane);
      if (startMs <= nowMs && isNext) return start(lane, asked.bytes);
      if (isTooLong(startMs - nowMs)) return heldBack(lane, startMs - nowMs);
      if (queue.length < maxQueued) return wait(lane, asked);
      return { outcome: "held", retryAfterMs: crowdedRetryMs, reason: `${queue.length} calls are waiting already` };
    },
    countQueued: () => queue.length,
    close() {
      isClosing = true;
      clearTimeout(timer);
      for (const waiting of queue.splice(0)) waiting.settle({ outcome: "closing" });
    },
  };
}

/** Counts a call and its tokens as unanswered until what it returns is called. */
function countUnanswered(lane: Lane, tokens: number): () => void {
  lane.unanswered.calls += 1;
  lane.unanswered.tokens += tokens;
  return once(() => {
    lane.unanswered.calls -= 1;
    lane.unanswered.tokens -= tokens;
  });
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}

function heldBack(lane: Lane, waitMs: number): Admission {
  return { outcome: "held", retryAfterMs: waitMs, reason: lane.reason || `${lane.upstream} has reached its limit` };
}
