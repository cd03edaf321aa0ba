import { modelCatalogDate, type Usage } from "@ccb/core";
import type { CostBreakdownRow, CostBuild, CostProjection, ForecastCalibration } from "@ccb/cost";
import type { Painter } from "../render/_painter.ts";
import { formatCount, formatPlural, formatUsd } from "../render/format.ts";
import type { CostProject, SavedForecast } from "./read-projects.ts";
import { renderTable } from "./render-table.ts";

/** One way of grouping the calls of a build. */
export interface CostSection {
  by: string;
  rows: CostBreakdownRow[];
}

/** What is known of one build, to be shown. */
export interface CostReport {
  project: CostProject;
  build: CostBuild;
  projection: CostProjection | undefined;
  sections: CostSection[];
}

/** A build's costs for people. Pure. */
export function renderCost({ project, build, projection, sections }: CostReport, paint: Painter): string {
  const span = build.firstAt ? `, ${renderMoment(build.firstAt)} to ${renderMoment(build.lastAt ?? "")} UTC` : "";
  const rows = [
    ["Cost", `${paint.strong(formatUsd(build.costMicroUsd))} in ${formatPlural(build.calls, "call")}${span}`],
    ...renderUnknown(build),
    ...renderCaps(build),
    ...renderForecast(project.forecast, build),
    ...(projection ? [["Projection", renderProjection(projection)]] : []),
  ];
  return [
    `${paint.strong(project.name)} ${paint.dim(`· build ${build.build}${namePrices(project.forecast)}`)}`,
    "",
    ...rows.map(([name = "", value = ""]) => `  ${paint.dim(name.padEnd(11))} ${value}`),
    ...sections.flatMap(({ by, rows: sums }) => ["", ...renderTable([columnNames(by), ...sums.map(renderRow)], paint)]),
  ].join("\n");
}

/** What the calls were booked at; a gateway's ledger does not say it. */
function namePrices(forecast: SavedForecast | undefined): string {
  if (!forecast) return "";
  return forecast.ownPrices ? " · your own prices" : ` · list prices of ${modelCatalogDate}`;
}

/** The costs of many projects. Pure. */
export function renderAllCosts(
  all: {
    projects: CostProject[];
    sections: CostSection[];
    calibration: ForecastCalibration;
  },
  paint: Painter,
): string {
  const builds = all.projects.flatMap((project) => project.builds.map((build) => ({ project, build })));
  const total = builds.reduce((sum, { build }) => sum + build.costMicroUsd, 0);
  const calls = builds.reduce((sum, { build }) => sum + build.calls, 0);
  const rows = builds.map(({ project, build }) => [
    project.name,
    build.lastAt?.slice(0, 10) ?? "",
    formatCount(build.calls),
    renderMoney(build),
    project.forecast ? formatUsd(project.forecast.expectedMicroUsd) : "",
    project.outcome ?? "",
  ]);
  return [
    `${paint.strong(formatUsd(total))} in ${formatPlural(calls, "call")} of ${formatPlural(all.projects.length, "project")}`,
    "",
    ...renderTable([["project", "last call", "calls", "cost", "forecast", "outcome"], ...rows], paint),
    ...all.sections.flatMap(({ by, rows: sums }) => [
      "",
      ...renderTable([columnNames(by), ...sums.map(renderRow)], paint),
    ]),
    ...renderCalibration(all.calibration, paint),
  ].join("\n");
}

function renderUnknown(build: CostBuild): string[][] {
  if (build.unpricedCalls === 0 && build.heldMicroUsd === 0) return [];
  const held = `${formatUsd(build.heldMicroUsd)} is held against the cap for calls that were cut, lost or have no price`;
  return [["Unknown", `${formatPlural(build.unpricedCalls, "call")} of unknown cost, not in the sum; ${held}`]];
}

function renderCaps(build: CostBuild): string[][] {
  const { caps, remainingMicroUsd, remainingTodayMicroUsd, reservedMicroUsd } = build;
  const reserved = reservedMicroUsd > 0 ? `, ${formatUsd(reservedMicroUsd)} reserved for calls under way` : "";
  const today = `, ${formatUsd(remainingTodayMicroUsd ?? 0)} left today (UTC)`;
  const smaller = (["phase", "task", "day"] as const).flatMap((kind) =>
    caps[kind] === undefined ? [] : [`${formatUsd(caps[kind])} a ${kind}${kind === "day" ? today : ""}`],
  );
  const whole =
    caps.build === undefined ? "no cap" : `${formatUsd(caps.build)}, ${formatUsd(remainingMicroUsd ?? 0)} left`;
  if (caps.build === undefined && smaller.length === 0 && reserved === "") return [];
  return [["Budget", [`${whole}${reserved}`, ...smaller].join("; ")]];
}

function renderForecast(forecast: SavedForecast | undefined, build: CostBuild): string[][] {
  if (!forecast) return [];
  const { expectedMicroUsd, lowMicroUsd, highMicroUsd } = forecast;
  const share =
    expectedMicroUsd > 0 ? `; so far ${Math.round((build.costMicroUsd / expectedMicroUsd) * 100)} % of it` : "";
  return [
    ["Forecast", `${formatUsd(expectedMicroUsd)} (${formatUsd(lowMicroUsd)} to ${formatUsd(highMicroUsd)})${share}`],
  ];
}

function renderProjection(projection: CostProjection): string {
  const { expectedMicroUsd, lowMicroUsd, highMicroUsd, finishedTasks, totalTasks } = projection;
  const range = `${formatUsd(expectedMicroUsd)} (${formatUsd(lowMicroUsd)} to ${formatUsd(highMicroUsd)})`;
  return `${range} at the end; ${finishedTasks} of ${formatPlural(totalTasks, "task")} finished`;
}

function renderCalibration({ history, tasks, factors }: ForecastCalibration, paint: Painter): string[] {
  if (history.length === 0) return [];
  const within = history.filter(({ isWithin }) => isWithin).length;
  const rows = history.map((build) => [
    build.project,
    build.at.slice(0, 10),
    formatUsd(build.forecastMicroUsd),
    formatUsd(build.actualMicroUsd),
    `${build.ratio.toFixed(2)} ×`,
    build.isWithin ? "yes" : "no",
  ]);
  const sizes = Object.entries(factors).map(([size, factor]) => `${size} ${factor.toFixed(2)} ×`);
  return [
    "",
    ...renderTable(
      [["forecast against actual", "ended", "forecast", "actual", "ratio", "in interval"], ...rows],
      paint,
    ),
    "",
    `  ${within} of ${history.length} within their interval. ${formatPlural(tasks, "finished task")} cost ${sizes.join(", ")} what is assumed by size.`,
  ];
}

const columnNames = (by: string) => [by, "calls", "input", "cache read", "cache write", "output", "cost"];

function renderRow(row: CostBreakdownRow): string[] {
  const { usage } = row;
  const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  const counts = [row.calls, usage.inputTokens, usage.cacheReadTokens, written, usage.outputTokens].map(formatCount);
  return [row.key ?? "(none)", ...counts, renderMoney(row)];
}

/** A sum that leaves out calls of unknown cost says so. */
function renderMoney(row: { costMicroUsd: number; unpricedCalls: number; calls: number; usage: Usage }): string {
  if (row.unpricedCalls === 0) return formatUsd(row.costMicroUsd);
  return row.unpricedCalls === row.calls ? "unknown" : `${formatUsd(row.costMicroUsd)} + ${row.unpricedCalls} unknown`;
}

const renderMoment = (at: string) => at.slice(0, 16).replace("T", " ");
