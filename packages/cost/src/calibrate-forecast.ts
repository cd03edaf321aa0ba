import type { MicroUsd } from "@ccb/core";
import { priceSessions, type TaskSize } from "./_task-shapes.ts";
import type { PriceTable } from "./price-table.ts";

/** What a build came to, with what was forecast for it. */
export interface PastBuild {
  project: string;
  /** ISO 8601, of its last call. */
  at: string;
  /** False for a build that was stopped or failed: its tasks count, its total does not. */
  isComplete: boolean;
  forecast: { lowMicroUsd: MicroUsd; expectedMicroUsd: MicroUsd; highMicroUsd: MicroUsd } | undefined;
  actualMicroUsd: MicroUsd;
  /** What a session of each size was assumed to cost when it was forecast; by the prices of today when omitted. */
  sessionMicroUsd?: Record<TaskSize, MicroUsd> | undefined;
  /** The tasks that were finished, each with everything its sessions cost. */
  tasks: readonly { size: TaskSize; model: string; costMicroUsd: MicroUsd }[];
}

/** What past builds say of the assumptions that a forecast rests on. */
export interface ForecastCalibration {
  /** Finished tasks that it rests on. */
  tasks: number;
  /** By size: what a task cost, over what is assumed of it. 1 where nothing is known, and near it while little is. */
  factors: Record<TaskSize, number>;
  /** Nine of ten tasks cost more than `low` times, and nine of ten less than `high` times, what their size came to. Undefined below ten tasks. */
  spread: { low: number; high: number } | undefined;
  /** The complete builds that had a forecast, oldest first: whether forecasts get better is seen here. */
  history: {
    project: string;
    at: string;
    forecastMicroUsd: MicroUsd;
    actualMicroUsd: MicroUsd;
    ratio: number;
    isWithin: boolean;
  }[];
}

/** Tasks that the assumptions weigh as much as: with so many finished ones of a size, both count half. */
const priorTasks = 4;
const leastTasksForSpread = 10;

/** Learns from past builds, by what their ledgers say; `prices` is what the models cost where a build does not say it, the list prices unless given. Pure. Tasks that cost nothing (offline) or whose model has no price teach nothing. */
export function calibrateForecast(past: readonly PastBuild[], prices?: PriceTable): ForecastCalibration {
  const ratios = past.flatMap(({ tasks, sessionMicroUsd }) =>
    tasks.flatMap(({ size, model, costMicroUsd }) => {
      const assumed = (sessionMicroUsd ?? priceSessions(model, prices))[size];
      return assumed > 0 && costMicroUsd > 0 ? [{ size, ratio: costMicroUsd / assumed }] : [];
    }),
  );
  const factorOf = (size: TaskSize) => {
    const own = ratios.filter((one) => one.size === size).map(({ ratio }) => ratio);
    return (priorTasks + own.reduce((sum, ratio) => sum + ratio, 0)) / (priorTasks + own.length);
  };
  const factors = { S: factorOf("S"), M: factorOf("M"), L: factorOf("L") };
  const residuals = ratios.map(({ size, ratio }) => ratio / factors[size]).toSorted((a, b) => a - b);
  const quantile = (share: number) => residuals[Math.floor((residuals.length - 1) * share)] ?? 1;
  return {
    tasks: ratios.length,
    factors,
    spread:
      residuals.length < leastTasksForSpread
        ? undefined
        : { low: Math.min(1, quantile(0.1)), high: Math.max(1, quantile(0.9)) },
    history: past
      .flatMap(({ project, at, isComplete, forecast, actualMicroUsd }) => {
        if (!isComplete || !forecast || forecast.expectedMicroUsd === 0) return [];
        const { lowMicroUsd, expectedMicroUsd, highMicroUsd } = forecast;
        const ratio = actualMicroUsd / expectedMicroUsd;
        const isWithin = actualMicroUsd >= lowMicroUsd && actualMicroUsd <= highMicroUsd;
        return [{ project, at, forecastMicroUsd: expectedMicroUsd, actualMicroUsd, ratio, isWithin }];
      })
      .toSorted((a, b) => a.at.localeCompare(b.at)),
  };
}
