import fc from "fast-check";
import { expect, it } from "vitest";
import { closedCircuit, decideCall, noteFailure } from "./server-circuit.ts";

const policy = { failures: 3, openMs: 1000, backOffMs: 100, maxBackOffMs: 150 };

it("waits longer after each failure, then refuses, then lets one through", () => {
  const first = noteFailure(closedCircuit, { policy, nowMs: 0, random: 1 });
  expect(decideCall(first, 0)).toEqual({ decision: "wait", ms: 100 });
  const second = noteFailure(first, { policy, nowMs: 0, random: 1 });
  expect(decideCall(second, 0)).toEqual({ decision: "wait", ms: 150 });
  const third = noteFailure(second, { policy, nowMs: 0, random: 1 });
  expect(decideCall(third, 999)).toEqual({ decision: "refuse", ms: 1 });
  expect(decideCall(third, 1000)).toEqual({ decision: "go" });
  expect(decideCall(noteFailure(third, { policy, nowMs: 1000, random: 0 }), 1500)).toMatchObject({
    decision: "refuse",
  });
});

it("never waits longer than its longest back-off, and never refuses before that many failures", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (spreads) => {
      const circuit = spreads.reduce(
        (state, random) => noteFailure(state, { policy, nowMs: 0, random }),
        closedCircuit,
      );
      const decided = decideCall(circuit, 0);
      expect(decided.decision).toBe(spreads.length === 0 ? "go" : spreads.length < 3 ? "wait" : "refuse");
      if (decided.decision === "wait") expect(decided.ms).toBeLessThanOrEqual(policy.maxBackOffMs);
    }),
  );
});
