import type { Task } from "@ccb/core";

/** Where one task of the chosen phases stands. */
export interface TaskProgress {
  task: Task;
  status: "done" | "running" | "pending";
  /** Milliseconds a finished task took in this build; undefined where it was finished in an earlier run. */
  durationMs?: number;
  /** Milliseconds since a running task began. */
  runningMs?: number;
}

export interface EstimateRemainingOptions {
  /** In the order of the plan, which is the order in which ready tasks are started. */
  tasks: readonly TaskProgress[];
  /** Tasks that run at a time. */
  parallelTasks: number;
  /** Milliseconds since the first task of this run began. */
  elapsedMs: number;
}

/** How much longer a task of a size takes than a small one; a starting assumption, given up as tasks of that size are measured. */
const weightOf: Record<Task["size"], number> = { S: 1, M: 2, L: 3 };

/** How many measured tasks the assumption is worth. */
const priorTasks = 2;

/** Most that checks, merges and waiting are taken to add to the tasks' own time. */
const mostOverhead = 2;

/**
 * Milliseconds until all tasks are done; undefined before one was measured. Pure.
 *
 * Expected durations by size (means of this build, shrunk towards the assumed weights) are played through on the number of workers in the order of the graph, so that
 * a long chain of dependencies counts in full however many workers there are; the result is scaled by what checks and merges have added so far.
 */
export function estimateRemainingMs({ tasks, parallelTasks, elapsedMs }: EstimateRemainingOptions): number | undefined {
  const measured = tasks.filter((one) => one.status === "done" && one.durationMs !== undefined);
  if (measured.length === 0) return undefined;
  const expected = expectDurations(measured);
  const left = tasks.flatMap((one) => {
    if (one.status === "done") return [];
    const { id, size, dependsOn } = one.task;
    const ms = one.status === "running" ? expectRest(expected[size], one.runningMs ?? 0) : expected[size];
    return [{ id, ms, dependsOn, running: one.status === "running" }];
  });
  // What has been done so far, played through in the same way, against the clock.
  const past = tasks.flatMap(({ task, status, durationMs, runningMs }) => {
    const ms = status === "running" ? runningMs : status === "done" ? durationMs : undefined;
    return ms === undefined ? [] : [{ id: task.id, ms, dependsOn: task.dependsOn, running: false }];
  });
  const pastMs = playThrough(past, parallelTasks);
  const seen = pastMs > 0 ? Math.min(mostOverhead, Math.max(1, elapsedMs / pastMs)) : 1;
  const overhead = (measured.length * seen + priorTasks) / (measured.length + priorTasks);
  return Math.round(playThrough(left, parallelTasks) * overhead);
}

/** How far off the predicted ends were, as a mean over all predictions made before the end: of what was left at that time, and of the whole. */
export interface ProgressError {
  predictions: number;
  /** 0.1: on average the time left was off by a tenth of what was really left. */
  ofRemaining: number;
  /** 0.1: on average the end was off by a tenth of the whole duration. */
  ofTotal: number;
}

/** Mean absolute relative error of predictions of one build; all in milliseconds since the same start. Undefined without a prediction before the end. */
export function measureProgressError(
  predictions: readonly { atMs: number; remainingMs: number }[],
  actualEndMs: number,
): ProgressError | undefined {
  const usable = predictions.filter(({ atMs }) => atMs < actualEndMs);
  if (usable.length === 0) return undefined;
  const errors = usable.map(({ atMs, remainingMs }) => ({
    wrongMs: Math.abs(atMs + remainingMs - actualEndMs),
    leftMs: actualEndMs - atMs,
  }));
  const mean = (read: (error: { wrongMs: number; leftMs: number }) => number) =>
    errors.reduce((sum, error) => sum + read(error), 0) / errors.length;
  return {
    predictions: usable.length,
    ofRemaining: mean(({ wrongMs, leftMs }) => wrongMs / leftMs),
    ofTotal: mean(({ wrongMs }) => wrongMs / actualEndMs),
  };
}

function expectDurations(measured: readonly TaskProgress[]): Record<Task["size"], number> {
  const sum = (of: readonly TaskProgress[], read: (one: TaskProgress) => number) =>
    of.reduce((total, one) => total + read(one), 0);
  const duration = (one: TaskProgress) => one.durationMs ?? 0;
  const unitMs = sum(measured, duration) / sum(measured, ({ task }) => weightOf[task.size]);
  const expect = (size: Task["size"]) => {
    const same = measured.filter(({ task }) => task.size === size);
    return (sum(same, duration) + priorTasks * unitMs * weightOf[size]) / (same.length + priorTasks);
  };
  return { S: expect("S"), M: expect("M"), L: expect("L") };
}

/** A task that has run longer than expected is likely to run a while yet: the longer it has, the longer. */
function expectRest(expectedMs: number, runningMs: number): number {
  return Math.max(expectedMs - runningMs, 0.2 * runningMs, 0);
}

interface TimedTask {
  id: string;
  ms: number;
  dependsOn: readonly string[];
  running: boolean;
}

/**
 * Milliseconds for the tasks on so many workers, each started as soon as a worker is free and what it depends on is done; of several that could start, the first of the
 * plan. Linear in tasks and dependencies but for keeping the ready ones in order, since it runs after every task.
 */
function playThrough(tasks: readonly TimedTask[], workers: number): number {
  const indexOf = new Map(tasks.map(({ id }, index) => [id, index]));
  const dependents = tasks.map((): number[] => []);
  const open = tasks.map(({ dependsOn, running }, index) => {
    const inside = running ? [] : dependsOn.flatMap((id) => indexOf.get(id) ?? []);
    for (const other of inside) dependents[other]?.push(index);
    return inside.length;
  });
  const ready = tasks.flatMap(({ running }, index) => (!running && open[index] === 0 ? [index] : []));
  const busy = tasks.flatMap(({ running, ms }, index) => (running ? [{ index, endMs: ms }] : []));
  let nowMs = 0;
  for (;;) {
    while (busy.length < Math.max(1, workers)) {
      const index = ready.shift();
      if (index === undefined) break;
      busy.push({ index, endMs: nowMs + (tasks[index]?.ms ?? 0) });
    }
    const next = busy.sort((left, right) => left.endMs - right.endMs).shift();
    if (!next) return nowMs;
    nowMs = next.endMs;
    for (const dependent of dependents[next.index] ?? []) {
      const left = (open[dependent] ?? 0) - 1;
      open[dependent] = left;
      if (left === 0) insertInOrder(ready, dependent);
    }
  }
}

function insertInOrder(sorted: number[], value: number): void {
  const at = sorted.findIndex((other) => other > value);
  sorted.splice(at < 0 ? sorted.length : at, 0, value);
}
