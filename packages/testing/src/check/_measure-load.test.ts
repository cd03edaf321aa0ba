import type { LoadCheck } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { percentile } from "./_measure-load.ts";
import { observeFigures } from "./_run-load-check.ts";

test("a percentile is the least value that enough of the values do not exceed", () => {
  const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99, 1), (list, share) => {
      const sorted = list.toSorted((left, right) => left - right);
      const enough = (value: number) => sorted.filter((other) => other <= value).length >= share * sorted.length - 1e-9;
      expect(percentile(sorted, share)).toBe(sorted.find(enough));
    }),
  );
  expect(percentile([], 0.95)).toBeUndefined();
});

const check: LoadCheck = {
  kind: "load",
  service: { command: "x", readyPath: "/" },
  requests: [{ method: "GET", path: "/" }],
  concurrency: 2,
  durationMs: 1_000,
  expect: { p95Ms: 50, errorRate: 0.1 },
};
const figures = { requests: 10, errors: 1, firstError: "GET /: status 500", seconds: 1, p95Ms: 50, p99Ms: 60 };

test("a limit that is just met holds; a load that sent nothing shows nothing", () => {
  expect(observeFigures(check, figures).map(({ passed }) => passed)).toEqual([true, true]);
  expect(observeFigures(check, { ...figures, errors: 2 }).map(({ passed }) => passed)).toEqual([false, true]);
  const nothing = { ...figures, requests: 0, errors: 0, p95Ms: undefined, p99Ms: undefined };
  expect(observeFigures(check, nothing).map(({ passed }) => passed)).toEqual([false, false]);
});

test("figures of a measuring process that was busy say so", () => {
  expect(observeFigures(check, figures, 0.99)[1]?.received).toContain("the measuring process itself was fully busy");
  expect(observeFigures(check, figures, 0.5)[1]?.received).not.toContain("busy");
});
