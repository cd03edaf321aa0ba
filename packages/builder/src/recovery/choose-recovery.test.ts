import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseRecovery, defaultRecoveryLimits, type RecoveryAction, type RecoveryLimits } from "./choose-recovery.ts";
import type { Failure, FailureKind } from "./failure.ts";

const kinds: FailureKind[] = [
  "rate-limit",
  "api-error",
  "context-overflow",
  "mcp-server",
  "mcp-policy",
  "timeout",
  "file-conflict",
  "test-failure",
  "resource-limit",
  "task-budget",
  "build-budget",
  "credentials",
  "stuck",
  "no-change",
  "unknown",
];

const limits: RecoveryLimits = { ...defaultRecoveryLimits, requiredServers: ["memory"], random: 0.5 };

const failures: fc.Arbitrary<Failure> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    reason: fc.string(),
    retryAfterMs: fc.option(fc.nat(600_000), { nil: undefined }),
    server: fc.option(fc.constantFrom("memory", "docs", "search"), { nil: undefined }),
    permanent: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(({ retryAfterMs, server, permanent, ...failure }) => ({
    ...failure,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(server === undefined ? {} : { server }),
    ...(permanent === undefined ? {} : { permanent }),
  }));

const allLimits: fc.Arbitrary<RecoveryLimits> = fc
  .record({
    count: fc.nat(4),
    retriesInAll: fc.nat(8),
    firstWaitMs: fc.nat(5_000),
    longestWaitMs: fc.nat(300_000),
    waitBudgetMs: fc.nat(1_200_000),
    longestRestMs: fc.nat(600_000),
    restBudgetMs: fc.nat(6_000_000),
    requiredServers: fc.subarray(["memory", "docs"]),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  })
  .map(({ count, ...rest }) => {
    const retries = { ...defaultRecoveryLimits.retries };
    for (const kind of Object.keys(retries) as (keyof typeof retries)[]) retries[kind] = count;
    return { ...rest, retries };
  });

/** Recovers from one failure after the other until something else than a retry comes out. */
function play(
  stream: Iterable<Failure>,
  policy: RecoveryLimits,
): { history: Failure[]; retries: RecoveryAction[]; end: RecoveryAction } {
  const history: Failure[] = [];
  const retries: RecoveryAction[] = [];
  for (const failure of stream) {
    const { action } = chooseRecovery(failure, history, policy);
    if (action.type !== "retry") return { history, retries, end: action };
    retries.push(action);
    history.push(failure);
  }
  throw new Error("an infinite stream ended");
}

function* repeat(failure: Failure): Generator<Failure> {
  for (;;) yield failure;
}

const of = (kind: FailureKind, rest: Partial<Failure> = {}): Failure => ({ kind, reason: `It was ${kind}.`, ...rest });

test("every sequence of failures ends, within the limits of retries and of waiting", () => {
  fc.assert(
    fc.property(fc.infiniteStream(failures), allLimits, (stream, policy) => {
      // Small waits are many, so the wait budget has to be bounded for the test to end.
      const shortestMs = Math.max(1, Math.min(policy.firstWaitMs, policy.longestWaitMs));
      const { history } = play(stream, { ...policy, waitBudgetMs: Math.min(policy.waitBudgetMs, 50 * shortestMs) });
      const isWait = ({ kind, permanent }: Failure) => kind === "rate-limit" || (kind === "api-error" && !permanent);
      const tried = history.filter((failure) => !isWait(failure));
      expect(tried.length).toBeLessThanOrEqual(policy.retriesInAll);
      expect(history.length - tried.length).toBeLessThanOrEqual(100);
    }),
  );
});

test("a model server that never comes back is waited for within the budget, then the build rests", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("rate-limit" as const, "api-error" as const),
      fc.option(fc.nat(90_000)),
      (kind, after) => {
        const failure = of(kind, after === null ? {} : { retryAfterMs: after });
        const { retries, end } = play(repeat(failure), limits);
        const delays = retries.map((action) => (action.type === "retry" ? action.delayMs : 0));
        expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThanOrEqual(limits.waitBudgetMs);
        expect(Math.min(...delays)).toBeGreaterThanOrEqual(after ?? 0);
        expect(end).toMatchObject({ type: "pause-build", resumeAfterMs: expect.any(Number) });
      },
    ),
  );
});

test("a build rests longer each time, at most as long as its budget, and then ends to be gone on with", () => {
  const failure = of("api-error");
  const { history } = play(repeat(failure), limits);
  const rests: number[] = [];
  for (;;) {
    const { action, why } = chooseRecovery(failure, [...history, ...rests.map(() => failure)], limits);
    if (action.type !== "pause-build") throw new Error(`${action.type} after the waits`);
    expect(why).toMatch(
      action.resumeAfterMs === undefined ? /the build ends at its last checkpoint/ : /the build rests for/,
    );
    if (action.resumeAfterMs === undefined) break;
    rests.push(action.resumeAfterMs);
  }
  expect(rests.slice(0, 5)).toEqual([120_000, 240_000, 480_000, 900_000, 900_000]);
  const restedMs = rests.reduce((sum, ms) => sum + ms, 0);
  expect(restedMs).toBeLessThanOrEqual(limits.restBudgetMs);
  expect(restedMs).toBeGreaterThan(limits.restBudgetMs - limits.longestRestMs);
});

test("waits double, and chance spreads them between half and the whole", () => {
  const wait = (random: number, earlier: number) =>
    chooseRecovery(of("api-error"), Array(earlier).fill(of("api-error")), { ...limits, random }).action;
  expect(wait(0, 0)).toMatchObject({ delayMs: 1_000 });
  expect(wait(0.5, 0)).toMatchObject({ delayMs: 1_500 });
  expect(wait(0, 3)).toMatchObject({ delayMs: 8_000 });
});

describe("what cannot be mended by trying", () => {
  test("credentials and the build's cap stop the build at once, after whatever came before", () => {
    fc.assert(
      fc.property(fc.array(failures, { maxLength: 10 }), allLimits, (history, policy) => {
        expect(chooseRecovery(of("credentials"), history, policy).action).toEqual({
          type: "stop-build",
          outcome: "failed",
          reason: "It was credentials.",
        });
        expect(chooseRecovery(of("build-budget"), history, policy).action).toMatchObject({ outcome: "budget-reached" });
      }),
    );
  });

  test("a full disk is waited for once, then the build rests until a person has acted", () => {
    const { retries, end } = play(repeat(of("resource-limit")), limits);
    expect(retries).toMatchObject([{ delayMs: 30_000 }]);
    expect(end).toMatchObject({ type: "pause-build", resumeAfterMs: undefined });
  });
});

describe("what is tried differently", () => {
  test("a context that overflowed is halved, and stays halved for later retries", () => {
    const { retries, end } = play(repeat(of("context-overflow")), limits);
    expect(retries).toMatchObject([{ contextShare: 0.5 }]);
    expect(end.type).toBe("fail-task");
    const later = chooseRecovery(of("timeout"), [of("context-overflow")], limits).action;
    expect(later).toMatchObject({ type: "retry", contextShare: 0.5 });
  });

  test("a server that is not required is left out after its second failure, a required one stops the build", () => {
    const optional = play(repeat(of("mcp-server", { server: "docs" })), limits);
    expect(optional.retries).toMatchObject([{ withoutServers: [] }, { withoutServers: ["docs"] }]);
    expect(optional.end.type).toBe("fail-task");
    const required = play(repeat(of("mcp-server", { server: "memory" })), limits);
    expect(required.retries).toMatchObject([{ withoutServers: [] }, { withoutServers: [] }]);
    expect(required.end).toMatchObject({ type: "stop-build", outcome: "failed" });
    const other = [of("mcp-server", { server: "docs" }), of("mcp-server", { server: "docs" })];
    expect(chooseRecovery(of("stuck"), other, limits).action).toMatchObject({ withoutServers: ["docs"] });
  });

  test("a stuck session, a conflict and failed checks are told to the next session", () => {
    for (const kind of ["stuck", "file-conflict", "test-failure", "timeout", "task-budget"] as const) {
      const { retries, end } = play(repeat(of(kind, { reason: "It read a.txt again." })), limits);
      expect(retries.length).toBeGreaterThan(0);
      for (const action of retries) {
        expect(action).toMatchObject({ note: expect.stringContaining("It read a.txt again.") });
      }
      expect(end.type).toBe("fail-task");
    }
  });

  test("a session that changes nothing is asked once more, then taken at its word", () => {
    const { retries, end } = play(repeat(of("no-change")), limits);
    expect(retries).toMatchObject([{ note: expect.stringContaining("without having changed a file") }]);
    expect(end.type).toBe("accept-task");
  });

  test("a request that would be refused again is not waited for", () => {
    const { retries, end } = play(repeat(of("api-error", { permanent: true })), limits);
    expect(retries).toMatchObject([{ type: "retry" }, { type: "retry" }]);
    expect(end.type).toBe("fail-task");
  });
});

test("the log entry says what was seen, what is done and which limit holds", () => {
  expect(chooseRecovery(of("stuck"), [], limits).why).toBe(
    "It was stuck. → a new session that is told what the last one repeated (retry 1 of 1 for stuck).",
  );
  expect(chooseRecovery(of("stuck"), [of("stuck")], limits).why).toBe(
    "It was stuck. → the task has failed (1 retry is allowed for this kind of failure).",
  );
  fc.assert(
    fc.property(failures, fc.array(failures, { maxLength: 6 }), (failure, history) => {
      const { why } = chooseRecovery(failure, history, limits);
      expect(why.startsWith(failure.reason)).toBe(true);
      expect(why).toMatch(/→ .*[(;].*/s);
    }),
  );
});
