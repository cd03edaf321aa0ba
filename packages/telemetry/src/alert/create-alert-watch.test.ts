import { noUsage } from "@ccb/core";
import { expect, test } from "vitest";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { createAlertWatch } from "./create-alert-watch.ts";

const at = "2026-11-28T10:00:00.000Z";
const start: TelemetryEvent = {
  type: "build-start",
  at,
  build: "b",
  project: "p",
  directory: "/x",
  model: "m",
  resumed: false,
  capMicroUsd: 1_000_000,
};
type Call = Partial<Extract<TelemetryEvent, { type: "call-end" }>> & { task?: string };
const call = ({ task, ...given }: Call = {}): TelemetryEvent => ({
  type: "call-end",
  at,
  scope: { build: "b", phase: "p", task, agent: "claude-code" },
  model: "m",
  outcome: "answered",
  usage: noUsage,
  costMicroUsd: 0,
  totalMicroUsd: 0,
  latencyMs: 100,
  ...given,
});

test("the share of the cap: once when it is crossed, not again while it stays so", () => {
  const watch = createAlertWatch({ costShare: 0.8 });
  const changes = [start, ...[799_999, 800_000, 900_000].map((totalMicroUsd) => call({ totalMicroUsd }))].map((event) =>
    watch.take(event),
  );
  expect(changes.map((list) => list.length)).toEqual([0, 0, 1, 0]);
  expect(changes[2]).toEqual([
    {
      type: "alert-raised",
      alert: "cost-share",
      value: 0.8,
      threshold: 0.8,
      message: "80 % of the budget is spent, the threshold is 80 %",
    },
  ]);
});

test("a later run that spends further is not told of what an earlier one was", () => {
  const watch = createAlertWatch({ costShare: 0.8 });
  watch.recall(start);
  watch.recall(call({ totalMicroUsd: 850_000 }));
  watch.recall({ type: "alert-raised", at, alert: "cost-share", value: 0.85, threshold: 0.8, message: "" });
  expect(watch.take({ ...start, spentMicroUsd: 850_000 } as TelemetryEvent)).toEqual([]);
  expect(watch.take(call({ totalMicroUsd: 900_000 }))).toEqual([]);
});

test("errors: only over a full window, over when it holds again, raised anew at the next crossing", () => {
  const watch = createAlertWatch({ errorShare: 0.5, window: 4 });
  const told = ["failed", "cut", "answered", "answered", "answered", "answered", "failed", "failed"].flatMap(
    (outcome) => watch.take(call({ outcome })).map(({ type }) => `${outcome} ${type}`),
  );
  expect(told).toEqual(["answered alert-raised", "answered alert-cleared", "failed alert-raised"]);
});

test("latency at the 95th of 100 calls", () => {
  const watch = createAlertWatch({ p95LatencySeconds: 2, window: 20 });
  const slow = (count: number) =>
    Array.from({ length: 20 }, (_, index) => call({ latencyMs: index < count ? 3000 : 100 })).flatMap((event) =>
      watch.take(event),
    );
  expect(slow(1)).toEqual([]);
  expect(slow(2).map(({ type }) => type)).toEqual(["alert-raised"]);
});

test("cost of each task on its own", () => {
  const watch = createAlertWatch({ taskCostUsd: 1 });
  const told = ["t1", "t2", "t1", "t1", "t2"].flatMap((task) => watch.take(call({ task, costMicroUsd: 500_000 })));
  expect(told.map(({ subject }) => subject)).toEqual(["t1", "t2"]);
});

test("standing still: raised by time alone, over with the next event, never while paused or at the end", () => {
  const watch = createAlertWatch({ stalledSeconds: 60 });
  const now = Date.parse(at);
  watch.take(start);
  expect(watch.tick(now + 59_000)).toEqual([]);
  expect(watch.tick(now + 61_000).map(({ type }) => type)).toEqual(["alert-raised"]);
  expect(watch.tick(now + 99_000)).toEqual([]);
  expect(watch.take(call()).map(({ type }) => type)).toEqual(["alert-cleared"]);
  watch.take({ type: "state-changed", at, from: "building", to: "paused", reason: "" });
  expect(watch.tick(now + 999_000)).toEqual([]);
});

test("a stall counts from when something had to happen again", () => {
  const watch = createAlertWatch({ stalledSeconds: 60 });
  const now = Date.parse(at);
  watch.take(start);
  expect(watch.tick(now + 100_000, now + 41_000)).toEqual([]);
  expect(watch.tick(now + 101_000, now + 41_000)).toMatchObject([{ type: "alert-raised", value: 60 }]);
});

test("failed tasks: those that are not tried again", () => {
  const watch = createAlertWatch({ failedTasks: 2 });
  const end = { type: "recovery-chosen", at, phase: "p", attempt: 1, failure: "timeout", why: "" } as const;
  const tries = [
    ["t1", "retry"],
    ["t1", "fail-task"],
    ["t2", "retry"],
    ["t2", "fail-task"],
  ] as const;
  const told = tries.map(([task, action]) => watch.take({ ...end, task, action }).map(({ value }) => value));
  expect(told).toEqual([[], [], [], [2]]);
});

test("without rules nothing is said", () => {
  const watch = createAlertWatch({});
  expect(
    [start, call({ totalMicroUsd: 9e9, outcome: "failed", latencyMs: 9e9 })].flatMap((e) => watch.take(e)),
  ).toEqual([]);
  expect(watch.tick(Date.now())).toEqual([]);
});
