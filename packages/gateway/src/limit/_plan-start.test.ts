import fc from "fast-check";
import { expect, test } from "vitest";
import { type LaneLimits, type LimitWindow, planStart } from "./_plan-start.ts";
import { readLimitHeaders } from "./_read-limit-headers.ts";

const free: LaneLimits = {
  heldUntilMs: 0,
  requests: undefined,
  tokens: [],
  unanswered: { calls: 0, tokens: 0 },
  isProbing: false,
};
const window = (changes: Partial<LimitWindow>): LimitWindow => ({
  limit: 60,
  remaining: 10,
  atMs: 0,
  resetMs: 60_000,
  ...changes,
});

test("a call goes at once unless something holds it", () => {
  expect(planStart(free, 5)).toBe(5);
  expect(planStart({ ...free, heldUntilMs: 90 }, 5)).toBe(90);
  expect(planStart({ ...free, requests: window({ remaining: 1 }) }, 0)).toBe(0);
  expect(planStart({ ...free, requests: window({ remaining: 0 }) }, 0)).toBe(1_000);
  expect(planStart({ ...free, requests: window({ remaining: 0 }) }, 1_000)).toBe(1_000);
  expect(planStart({ ...free, requests: window({ remaining: 0, limit: 0 }) }, 0)).toBe(60_000);
});

test("calls whose answer has not begun are counted, and never beyond the reset", () => {
  const requests = window({ remaining: 2 });
  expect(planStart({ ...free, requests, unanswered: { calls: 2, tokens: 0 } }, 0)).toBe(1_000);
  expect(planStart({ ...free, requests, unanswered: { calls: 900, tokens: 0 } }, 0)).toBe(60_000);
  expect(
    planStart(
      { ...free, tokens: [window({ limit: 60_000, remaining: 500 })], unanswered: { calls: 1, tokens: 1_499 } },
      0,
    ),
  ).toBe(1_000);
});

test("after a hold one call goes ahead, the others wait for its answer", () => {
  const probing = { ...free, isProbing: true };
  expect(planStart(probing, 5)).toBe(5);
  expect(planStart({ ...probing, unanswered: { calls: 1, tokens: 0 } }, 5)).toBe(Number.POSITIVE_INFINITY);
});

test("a start is never in the past, and never after everything has reset", () => {
  const times = fc.nat({ max: 100_000 });
  const windows = fc.record({
    limit: fc.nat({ max: 5_000 }),
    remaining: fc.nat({ max: 5_000 }),
    atMs: times,
    resetMs: times,
  });
  fc.assert(
    fc.property(
      times,
      times,
      fc.option(windows, { nil: undefined }),
      fc.array(windows, { maxLength: 3 }),
      fc.nat(),
      (now, held, requests, tokens, calls) => {
        const start = planStart(
          { ...free, heldUntilMs: held, requests, tokens, unanswered: { calls, tokens: calls * 100 } },
          now,
        );
        expect(start).toBeGreaterThanOrEqual(now);
        expect(start).toBeLessThanOrEqual(
          Math.max(now, held, requests?.resetMs ?? 0, ...tokens.map(({ resetMs }) => resetMs)),
        );
      },
    ),
  );
});

test("retry-after is read in seconds, milliseconds and as a date; nonsense is none", () => {
  const clock = { nowMs: 0, now: new Date("2026-11-21T10:00:00Z") };
  const waits = (headers: Record<string, string>) => readLimitHeaders(headers, clock).retryAfterMs;
  expect(waits({ "retry-after": "2" })).toBe(2_000);
  expect(waits({ "retry-after-ms": "150", "retry-after": "2" })).toBe(150);
  expect(waits({ "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT" })).toBe(30_000);
  expect(waits({ "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" })).toBe(0);
  expect(waits({ "retry-after": "1e99" })).toBe(86_400_000);
  for (const text of ["soon", "-5", ""]) expect(waits({ "retry-after": text })).toBeUndefined();
  expect(waits({})).toBeUndefined();
});
