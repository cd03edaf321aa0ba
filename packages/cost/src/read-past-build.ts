import { listTasks, type Plan } from "@ccb/core";
import type { Store } from "@ccb/store";
import type { PastBuild } from "./calibrate-forecast.ts";
import { createCostLedger } from "./create-cost-ledger.ts";
import { readCostBuilds } from "./read-cost-builds.ts";

export interface ReadPastBuildOptions {
  /** Its ledger; open for reading is enough. */
  store: Store;
  project: string;
  plan: Plan;
  /** What was forecast for it, and the model of its sessions. */
  forecast: (NonNullable<PastBuild["forecast"]> & Pick<PastBuild, "sessionMicroUsd"> & { model: string }) | undefined;
  /** False for a build that was stopped or failed. */
  isComplete: boolean;
  /** Ids of the tasks that were finished. */
  finishedTasks: ReadonlySet<string>;
}

/** A build as the forecast can learn from it; undefined where nothing was called. Tasks with calls of unknown cost are left out. */
export function readPastBuild(options: ReadPastBuildOptions): PastBuild | undefined {
  const { store, project, plan, forecast, isComplete, finishedTasks } = options;
  const build = readCostBuilds(store).at(-1);
  if (!build) return undefined;
  const rows = createCostLedger({ store, build: build.build }).breakdown("task");
  const costs = new Map(rows.flatMap((row) => (row.unpricedCalls === 0 ? [[row.key, row.costMicroUsd] as const] : [])));
  return {
    project,
    at: build.lastAt ?? "",
    isComplete,
    forecast,
    sessionMicroUsd: forecast?.sessionMicroUsd,
    actualMicroUsd: build.costMicroUsd,
    tasks: listTasks(plan).flatMap(({ task: { id, size } }) => {
      const costMicroUsd = costs.get(id);
      if (!forecast || costMicroUsd === undefined || !finishedTasks.has(id)) return [];
      return [{ size, model: forecast.model, costMicroUsd }];
    }),
  };
}
