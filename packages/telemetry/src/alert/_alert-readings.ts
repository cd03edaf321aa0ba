import type { TelemetryEvent } from "../telemetry-event.ts";
import type { AlertNumbers } from "./_alert-numbers.ts";
import type { AlertRules } from "./parse-alert-rules.ts";

/** A value beside its threshold; undefined where there is none. */
export interface AlertReading {
  alert: string;
  subject?: string;
  value: number | undefined;
  threshold: number | undefined;
  say: (value: number, threshold: number) => string;
}

const usd = (amount: number) => `$${amount.toFixed(2)}`;
const percent = (part: number) => `${(part * 100).toFixed(0)} %`;

/** What an event may have moved over a threshold or back. Pure. */
export function readForAlerts(numbers: AlertNumbers, event: TelemetryEvent, rules: AlertRules): AlertReading[] {
  switch (event.type) {
    case "build-start":
    case "budget-set":
      return [readCostShare(numbers, rules)];
    case "call-end":
      return [
        readCostShare(numbers, rules),
        ...readTaskCost(numbers, event.scope.task, rules),
        ...readCalls(numbers, rules),
      ];
    case "task-end":
    case "recovery-chosen": {
      const say = (value: number, threshold: number) => `${value} tasks have failed, the limit is ${threshold}`;
      return [{ alert: "failed-tasks", value: numbers.failedTasks.size, threshold: rules.failedTasks, say }];
    }
    default:
      return [];
  }
}

/** How long nothing has happened, in seconds. Pure. */
export function readStall(seconds: number, rules: AlertRules): AlertReading {
  const say = (value: number, threshold: number) =>
    value < threshold
      ? "things happen again"
      : `nothing has happened for ${Math.round(value)} s, the threshold is ${threshold} s`;
  return { alert: "stalled", value: seconds, threshold: rules.stalledSeconds, say };
}

function readCostShare({ capMicroUsd, spentMicroUsd }: AlertNumbers, rules: AlertRules): AlertReading {
  return {
    alert: "cost-share",
    value: capMicroUsd === undefined ? undefined : spentMicroUsd / capMicroUsd,
    threshold: rules.costShare,
    say: (value, threshold) => `${percent(value)} of the budget is spent, the threshold is ${percent(threshold)}`,
  };
}

function readTaskCost(numbers: AlertNumbers, task: string | undefined, rules: AlertRules): AlertReading[] {
  if (task === undefined) return [];
  const say = (value: number, threshold: number) =>
    `task ${task} has cost ${usd(value)}, the threshold is ${usd(threshold)}`;
  const value = (numbers.taskMicroUsd.get(task) ?? 0) / 1e6;
  return [{ alert: "task-cost", subject: task, value, threshold: rules.taskCostUsd, say }];
}

/** Shares and percentiles say nothing over a handful of calls, so they wait for a full window. */
function readCalls({ calls }: AlertNumbers, rules: AlertRules): AlertReading[] {
  const size = windowOf(rules);
  if (calls.length < size) return [];
  const seconds = calls.map((call) => call.seconds).sort((a, b) => a - b);
  return [
    {
      alert: "error-share",
      value: calls.filter(({ isGood }) => !isGood).length / size,
      threshold: rules.errorShare,
      say: (value, threshold) =>
        `${percent(value)} of the last ${size} calls were not answered, the threshold is ${percent(threshold)}`,
    },
    {
      alert: "p95-latency",
      value: seconds[Math.ceil(size * 0.95) - 1],
      threshold: rules.p95LatencySeconds,
      say: (value, threshold) =>
        `95 of 100 of the last ${size} calls took up to ${value.toFixed(1)} s, the threshold is ${threshold} s`,
    },
  ];
}

/** How many of the last calls are looked at. */
export function windowOf(rules: AlertRules): number {
  return rules.window ?? 20;
}
