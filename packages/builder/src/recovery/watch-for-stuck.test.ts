import type { ToolUse } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createStuckWatch } from "./watch-for-stuck.ts";

interface Call {
  name?: string;
  input?: unknown;
  response?: string;
  succeeded?: boolean;
}

const use = ({ name = "Bash", input = { command: "npm test" }, response = "", succeeded = true }: Call): ToolUse => ({
  id: Math.random().toString(),
  name,
  server: undefined,
  input,
  succeeded,
  response,
  durationMs: Math.random() * 1000,
  endedAt: new Date().toISOString(),
});

/** The index of the call at which the watch first says something, and what. */
function watch(calls: Call[]): { at: number; reason: string } | undefined {
  const { onToolUse } = createStuckWatch();
  for (const [at, call] of calls.entries()) {
    const reason = onToolUse(use(call));
    if (reason !== undefined) return { at, reason };
  }
  return undefined;
}

const letters = (text: string): Call[] => [...text].map((command) => ({ input: { command } }));

test("three identical calls with identical results in a row", () => {
  expect(watch(letters("abaa"))).toBeUndefined();
  const found = watch([...letters("ab"), ...Array(3).fill({ input: { command: "npm test" }, response: "1 failed" })]);
  expect(found?.at).toBe(4);
  expect(found?.reason).toBe('The session made the same call 3 times in a row with the same result: "Bash npm test".');
});

test("a cycle of two, three and four calls, three times, and not one of five", () => {
  expect(watch(letters("xababab"))?.at).toBe(6);
  expect(watch(letters("abcabcabc"))?.reason).toMatch(/same 3 calls 3 times.*"Bash a", "Bash b", "Bash c"/);
  expect(watch(letters("abcdabcdabcd"))?.at).toBe(11);
  expect(watch(letters("abcdeabcdeabcdeabcde"))).toBeUndefined();
  expect(watch(letters("abacabacab"))).toBeUndefined();
});

test("polling a result that changes, and a call that fails differently, is no repetition", () => {
  expect(watch(Array.from({ length: 50 }, (_, index) => ({ response: `${index} %` })))).toBeUndefined();
  expect(watch([{ response: "x" }, { response: "x" }, { response: "x", succeeded: false }])).toBeUndefined();
});

test("answers that may have been cut are not taken for the same, and the order of input fields does not matter", () => {
  expect(watch(Array(9).fill({ response: "x".repeat(8192) }))).toBeUndefined();
  const [first, second] = [{ input: { a: 1, b: 2 } }, { input: { b: 2, a: 1 } }];
  expect(watch([first, second, first])?.at).toBe(2);
});

test("sessions whose calls never come back are never stuck, those that end in a loop always are", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.integer({ min: 1, max: 4 }), (before, length) => {
      const fresh: Call[] = Array.from({ length: before }, (_, index) => ({ input: { command: `step ${index}` } }));
      expect(watch(fresh)).toBeUndefined();
      const loop: Call[] = Array.from({ length: length * 3 }, (_, index) => ({
        input: { command: `${index % length}` },
      }));
      expect(watch([...fresh, ...loop])?.at).toBe(before + length * 3 - 1);
    }),
  );
});
