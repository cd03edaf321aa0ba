import type { TelemetryEvent } from "../telemetry-event.ts";

/** What thresholds are compared with. */
export interface AlertNumbers {
  /** The newest calls, oldest first. */
  calls: { isGood: boolean; seconds: number }[];
  taskMicroUsd: Map<string, number>;
  failedTasks: Set<string>;
  capMicroUsd: number | undefined;
  spentMicroUsd: number;
  /** Milliseconds since 1970 of the newest event. */
  lastAt: number | undefined;
  /** True while nothing is expected to happen: paused, or at the end. */
  isResting: boolean;
}

/** Nothing has happened yet. */
export function defineAlertNumbers(): AlertNumbers {
  return {
    calls: [],
    taskMicroUsd: new Map(),
    failedTasks: new Set(),
    capMicroUsd: undefined,
    spentMicroUsd: 0,
    lastAt: undefined,
    isResting: false,
  };
}

/** Takes an event in; `window` is how many calls are kept. */
export function countForAlerts(numbers: AlertNumbers, event: TelemetryEvent, window: number): void {
  numbers.lastAt = Date.parse(event.at);
  switch (event.type) {
    case "build-start":
      numbers.capMicroUsd = event.capMicroUsd;
      numbers.spentMicroUsd = event.spentMicroUsd ?? numbers.spentMicroUsd;
      numbers.isResting = false;
      break;
    case "budget-set":
      numbers.capMicroUsd = event.capMicroUsd;
      numbers.spentMicroUsd = event.totalMicroUsd;
      break;
    case "state-changed":
      numbers.isResting = ["paused", "done", "failed"].includes(event.to);
      break;
    case "build-end":
      numbers.isResting = true;
      break;
    case "task-end":
      if (event.outcome !== "failed") numbers.failedTasks.delete(event.task);
      break;
    case "recovery-chosen":
      // A failed try that is made again is none yet.
      if (event.action !== "retry") numbers.failedTasks.add(event.task);
      break;
    case "call-end": {
      const { calls, taskMicroUsd } = numbers;
      numbers.spentMicroUsd = event.totalMicroUsd;
      calls.push({ isGood: event.outcome === "answered", seconds: event.latencyMs / 1000 });
      if (calls.length > window) calls.shift();
      const { task } = event.scope;
      if (task !== undefined) taskMicroUsd.set(task, (taskMicroUsd.get(task) ?? 0) + (event.costMicroUsd ?? 0));
    }
  }
}
