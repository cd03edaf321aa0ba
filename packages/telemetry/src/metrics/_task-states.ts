import type { TelemetryEvent } from "../telemetry-event.ts";

/** Counts tasks by state; `pending` is known once the build has told how many there are. */
export function createTaskStates(): { take(event: TelemetryEvent): [state: string, count: number][] } {
  const states = new Map<string, "running" | "done" | "failed">();
  const planned = new Map<string, number>();
  let total = 0;
  return {
    take(event) {
      if (event.type === "phase-start") planned.set(event.phase, event.tasks);
      else if (event.type === "progress") total = event.totalTasks;
      else if (event.type === "task-start") states.set(event.task, "running");
      else if (event.type === "task-end") states.set(event.task, event.outcome === "failed" ? "failed" : "done");
      else return [];
      const count = (state: string) => [...states.values()].filter((one) => one === state).length;
      const known = Math.max(total, sum(planned.values()), states.size);
      const begun = ["running", "done", "failed"].map((state): [string, number] => [state, count(state)]);
      return [["pending", known - states.size], ...begun];
    },
  };
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
