import type { IncomingHttpHeaders } from "node:http";
import type { LimitWindow } from "./_plan-start.ts";

/** What an answer's headers say of the server's limits. */
export interface LimitHeaders {
  /** Milliseconds to wait, from `retry-after-ms` or `retry-after` (seconds or a date). */
  retryAfterMs: number | undefined;
  requests: LimitWindow | undefined;
  tokens: LimitWindow[];
}

/** Longest wait believed: a day. */
const longestWaitMs = 86_400_000;

/** Reads `retry-after` and `anthropic-ratelimit-*`. `nowMs` is monotonic, `now` the wall clock that the server's times are told in. */
export function readLimitHeaders(headers: IncomingHttpHeaders, clock: { nowMs: number; now: Date }): LimitHeaders {
  const window = (name: string) => readWindow(headers, name, clock);
  const tokens = ["tokens", "input-tokens", "output-tokens"].map(window);
  return {
    retryAfterMs: readRetryAfter(headers, clock.now),
    requests: window("requests"),
    tokens: tokens.filter((one) => one !== undefined),
  };
}

function readWindow(
  headers: IncomingHttpHeaders,
  name: string,
  clock: { nowMs: number; now: Date },
): LimitWindow | undefined {
  const prefix = `anthropic-ratelimit-${name}`;
  const remaining = readNumber(headers[`${prefix}-remaining`]);
  const reset = Date.parse(String(headers[`${prefix}-reset`] ?? ""));
  if (remaining === undefined || Number.isNaN(reset)) return undefined;
  const waitMs = Math.min(longestWaitMs, reset - clock.now.getTime());
  return {
    limit: readNumber(headers[`${prefix}-limit`]) ?? 0,
    remaining,
    atMs: clock.nowMs,
    resetMs: clock.nowMs + waitMs,
  };
}

function readRetryAfter(headers: IncomingHttpHeaders, now: Date): number | undefined {
  const ms = readNumber(headers["retry-after-ms"]);
  if (ms !== undefined) return Math.min(ms, longestWaitMs);
  const text = headers["retry-after"];
  if (text === undefined) return undefined;
  const seconds = readNumber(text);
  if (seconds !== undefined) return Math.min(seconds * 1_000, longestWaitMs);
  // An HTTP date; the parser would take "-5" for a year.
  const date = /^[A-Z][a-z]+, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.min(longestWaitMs, date - now.getTime()));
}

function readNumber(value: string | string[] | undefined): number | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
