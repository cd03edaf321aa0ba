import type { IncomingHttpHeaders } from "node:http";
import { type Clock, findModel, type RateLimitHold, type RateLimitHoldStore } from "@ccb/core";
import type { LaneLimits } from "./_plan-start.ts";
import { readLimitHeaders } from "./_read-limit-headers.ts";

/** The calls to one model at one server. */
export interface Lane extends LaneLimits {
  upstream: string;
  model: string;
  /** Refusals in a row that did not say how long to wait. */
  silentRefusals: number;
  /** Why calls were held last. */
  reason: string;
}

/** What is known of the limits of every model. */
export interface Lanes {
  of(upstream: string, model: string): Lane;
  /** Takes in what an answer says of its lane's limits. */
  note(lane: Lane, status: number, headers: IncomingHttpHeaders): void;
}

const mostLanes = 1_000;
const firstSilentHoldMs = 1_000;
const longestSilentHoldMs = 60_000;

/** Lanes with the holds of an earlier process; new holds are kept and told. */
export function createLanes(options: {
  clock: Clock;
  holds?: RateLimitHoldStore | undefined;
  onHold?: ((hold: RateLimitHold) => void) | undefined;
}): Lanes {
  const { clock } = options;
  const lanes = new Map<string, Lane>();
  const heldFor = (waitMs: number, reason: string) => ({
    heldUntilMs: clock.monotonicMs() + waitMs,
    isProbing: true,
    reason,
  });

  function of(upstream: string, model: string): Lane {
    const name = findModel(model)?.id ?? model;
    const key = `${upstream}\n${name}`;
    const known = lanes.get(key);
    if (known) return known;
    if (lanes.size >= mostLanes) forgetIdleLane(lanes, clock.monotonicMs());
    const lane = emptyLane(upstream, name);
    lanes.set(key, lane);
    return lane;
  }

  function hold(lane: Lane, waitMs: number, reason: string): void {
    const held = heldFor(waitMs, reason);
    if (held.heldUntilMs <= lane.heldUntilMs) return;
    Object.assign(lane, held);
    const until = new Date(clock.now().getTime() + waitMs).toISOString();
    const told = { upstream: lane.upstream, model: lane.model, until, reason };
    options.holds?.save(told);
    options.onHold?.(told);
  }

  for (const { upstream, model, until, reason } of options.holds?.load() ?? []) {
    const waitMs = Date.parse(until) - clock.now().getTime();
    if (waitMs > 0) Object.assign(of(upstream, model), heldFor(waitMs, reason));
  }

  return {
    of,
    note(lane, status, headers) {
      const told = readLimitHeaders(headers, { nowMs: clock.monotonicMs(), now: clock.now() });
      if (told.requests) lane.requests = told.requests;
      if (told.tokens.length > 0) lane.tokens = told.tokens;
      const reason = `${lane.upstream} answered ${status}`;
      if (status === 429) {
        const silentMs = Math.min(longestSilentHoldMs, firstSilentHoldMs * 2 ** lane.silentRefusals);
        lane.silentRefusals = told.retryAfterMs === undefined ? lane.silentRefusals + 1 : 0;
        const waitMs = told.retryAfterMs ?? silentMs;
        if (waitMs > 0) hold(lane, waitMs, reason);
      } else if ((status === 529 || status === 503) && told.retryAfterMs) {
        hold(lane, told.retryAfterMs, reason);
      } else if (status < 500) {
        lane.silentRefusals = 0;
        if (lane.heldUntilMs <= clock.monotonicMs()) lane.isProbing = false;
      }
    },
  };
}

function emptyLane(upstream: string, model: string): Lane {
  return {
    upstream,
    model,
    heldUntilMs: 0,
    requests: undefined,
    tokens: [],
    unanswered: { calls: 0, tokens: 0 },
    isProbing: false,
    silentRefusals: 0,
    reason: "",
  };
}

function forgetIdleLane(lanes: Map<string, Lane>, nowMs: number): void {
  for (const [key, lane] of lanes) {
    if (lane.unanswered.calls > 0 || lane.heldUntilMs > nowMs) continue;
    lanes.delete(key);
    return;
  }
}
