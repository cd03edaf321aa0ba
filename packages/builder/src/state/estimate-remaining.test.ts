import type { Task } from "@ccb/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateRemainingMs, measureProgressError, type TaskProgress } from "./estimate-remaining.ts";

const task = (id: string, size: Task["size"] = "S", dependsOn: string[] = []): Task => ({
  id,
  name: id,
  description: id,
  dependsOn,
  files: [],
  requirementIds: [],
  size,
});

const done = (of: Task, durationMs: number): TaskProgress => ({ task: of, status: "done", durationMs });
const pending = (of: Task): TaskProgress => ({ task: of, status: "pending" });

/** Four small tasks of ten seconds have been done one after the other. */
const measured = ["a", "b", "c", "d"].map((id) => done(task(id), 10_000));
const estimate = (tasks: TaskProgress[], parallelTasks = 1, elapsedMs = 40_000) =>
  estimateRemainingMs({ tasks: [...measured, ...tasks], parallelTasks, elapsedMs: elapsedMs / parallelTasks });

describe("estimateRemainingMs", () => {
  test("knows nothing before a task was measured", () => {
    expect(estimateRemainingMs({ tasks: [pending(task("a"))], parallelTasks: 1, elapsedMs: 5_000 })).toBeUndefined();
    const reused: TaskProgress = { task: task("a"), status: "done" };
    expect(
      estimateRemainingMs({ tasks: [reused, pending(task("b"))], parallelTasks: 1, elapsedMs: 1 }),
    ).toBeUndefined();
  });

  test("is nothing when all is done, and the sum of the expected durations on one worker", () => {
    expect(estimate([])).toBe(0);
    expect(estimate([pending(task("e")), pending(task("f", "M"))])).toBe(30_000);
  });

  test("workers share the tasks, but not those of a chain", () => {
    const free = ["e", "f", "g", "h"].map((id) => pending(task(id)));
    expect(estimate(free, 2)).toBe(20_000);
    const chain = [pending(task("e")), pending(task("f", "S", ["e"])), pending(task("g", "S", ["f"]))];
    expect(estimate(chain, 4)).toBe(30_000);
  });

  test("what runs counts for the rest of it, and longer when it has run over", () => {
    const running = (runningMs: number): TaskProgress[] => [{ task: task("e"), status: "running", runningMs }];
    expect(estimate(running(4_000), 1, 44_000)).toBe(6_000);
    expect(estimate(running(50_000), 1, 90_000)).toBe(10_000);
  });

  test("believes what large tasks took more and more, against the assumption", () => {
    const large = (count: number) =>
      estimateRemainingMs({
        tasks: [
          ...Array.from({ length: count }, (_, at) => done(task(`l${at}`, "L"), 90_000)),
          pending(task("x", "S")),
        ],
        parallelTasks: 1,
        elapsedMs: count * 90_000,
      });
    expect(large(1)).toBe(30_000);
    const mixed = estimateRemainingMs({
      tasks: [...measured, ...[1, 2, 3, 4].map((at) => done(task(`l${at}`, "L"), 90_000)), pending(task("x", "L"))],
      parallelTasks: 1,
      elapsedMs: 400_000,
    });
    expect(mixed).toBeGreaterThan(75_000);
    expect(mixed).toBeLessThan(90_000);
  });

  test("counts what checks and merges add, but not without bound", () => {
    expect(estimate([pending(task("e"))], 1, 60_000)).toBe(13_333);
    expect(estimate([pending(task("e"))], 1, 4_000_000)).toBe(16_667);
  });

  test("lies between the longest chain and the sum, and more workers are never slower by more than a task", () => {
    const plans = fc.array(fc.tuple(fc.constantFrom("S", "M", "L"), fc.array(fc.nat(20), { maxLength: 2 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 8 }), (plan, workers) => {
        const weights = { S: 10_000, M: 20_000, L: 30_000 };
        const chainMs: number[] = [];
        const tasks = plan.map(([size, picks], at) => {
          const before = at === 0 ? [] : [...new Set(picks.map((pick) => pick % at))];
          chainMs.push(weights[size] + Math.max(0, ...before.map((index) => chainMs[index] ?? 0)));
          return pending(
            task(
              `t${at}`,
              size,
              before.map((index) => `t${index}`),
            ),
          );
        });
        const sum = plan.reduce((total, [size]) => total + weights[size], 0);
        const left = estimate(tasks, workers) ?? Number.NaN;
        expect(left).toBeGreaterThanOrEqual(Math.max(...chainMs, Math.floor(sum / workers)) - 1);
        expect(left).toBeLessThanOrEqual(sum + 1);
      }),
    );
  });
});

test("measureProgressError is the mean miss of what was left and of the whole", () => {
  const predictions = [
    { atMs: 0, remainingMs: 80_000 },
    { atMs: 50_000, remainingMs: 60_000 },
    { atMs: 100_000, remainingMs: 5_000 },
  ];
  expect(measureProgressError(predictions, 100_000)).toEqual({
    predictions: 2,
    ofRemaining: 0.2,
    ofTotal: 0.15000000000000002,
  });
  expect(measureProgressError([], 100_000)).toBeUndefined();
  expect(measureProgressError([{ atMs: 1, remainingMs: 99 }], 100)?.ofRemaining).toBe(0);
});
