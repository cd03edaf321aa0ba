import { listTasks, type MicroUsd, type Plan } from "@ccb/core";
import { priceSessions, type TaskSize } from "./_task-shapes.ts";
import type { PriceTable } from "./price-table.ts";

export interface ProjectCostOptions {
  plan: Plan;
  /** The model of the task sessions. */
  model: string;
  /** Ids of the tasks that are finished. */
  finishedTasks: ReadonlySet<string>;
  /** What each task has cost so far, by its id. */
  taskCosts: ReadonlyMap<string, MicroUsd>;
  /** What everything has cost so far. */
  spentMicroUsd: MicroUsd;
  /** What a session of each size is assumed to cost, as the build's own forecast said it; by `prices` when omitted. */
  sessionMicroUsd?: Record<TaskSize, MicroUsd>;
  /** What models cost; the list prices of core's catalogue unless given. */
  prices?: PriceTable;
}

/** Where a build that is under way is heading. */
export interface CostProjection {
  lowMicroUsd: MicroUsd;
  expectedMicroUsd: MicroUsd;
  highMicroUsd: MicroUsd;
  finishedTasks: number;
  totalTasks: number;
}

/** Tasks that the assumptions weigh as much as, against those of this build. */
const priorTasks = 2;
/** How far tasks to come may be from those that are finished. */
const spread = { low: 0.6, high: 1.8 };

/** Projects a build's cost to its end: the tasks that are left, by their sizes, at what the finished ones cost over what was assumed of them. Pure. */
export function projectCost(options: ProjectCostOptions): CostProjection {
  const { plan, model, finishedTasks, taskCosts, spentMicroUsd } = options;
  const { prices, sessionMicroUsd = priceSessions(model, prices) } = options;
  const tasks = listTasks(plan).map(({ task }) => ({ id: task.id, assumed: sessionMicroUsd[task.size] }));
  const finished = tasks.filter(({ id }) => finishedTasks.has(id));
  const ratios = finished.flatMap(({ id, assumed }) => (assumed > 0 ? [(taskCosts.get(id) ?? 0) / assumed] : []));
  const factor = (priorTasks + ratios.reduce((sum, ratio) => sum + ratio, 0)) / (priorTasks + ratios.length);
  const left = tasks
    .filter(({ id }) => !finishedTasks.has(id))
    // What a task under way has cost is in what is spent.
    .reduce((sum, { id, assumed }) => sum + Math.max(0, assumed * factor - (taskCosts.get(id) ?? 0)), 0);
  return {
    lowMicroUsd: spentMicroUsd + Math.round(left * spread.low),
    expectedMicroUsd: spentMicroUsd + Math.round(left),
    highMicroUsd: spentMicroUsd + Math.round(left * spread.high),
    finishedTasks: finished.length,
    totalTasks: tasks.length,
  };
}
