import { formatCount, formatMs, formatShare, formatUsd } from "./_format.ts";
import type { CallSums } from "./_measure.ts";
import type { BuildAnalytics } from "./analyze-build.ts";
import { planComplianceSections } from "./compliance-sections.ts";
import { planForecastSections } from "./forecast-sections.ts";
import { planPackageSections } from "./package-sections.ts";

/** A table of a report; every form of it is rendered from these. */
export interface ReportSection {
  title: string;
  columns: string[];
  rows: string[][];
}

/** The tables of a build's report, in order; empty ones are left out. Pure. */
export function planReportSections(analytics: BuildAnalytics): ReportSection[] {
  const { performance, resources } = analytics;
  const sections = [
    { title: "Summary", columns: ["", ""], rows: summarize(analytics) },
    ...planForecastSections(analytics.forecasts, resources.costMicroUsd),
    { title: "Quality", columns: ["", ""], rows: describeQuality(analytics) },
    durations("Stages", performance.stages),
    durations("Phases", performance.phases),
    durations("Tasks", performance.tasks),
    sums("Cost by agent", resources.byAgent),
    sums("Cost by phase", resources.byPhase),
    sums("Cost by task", resources.byTask),
    sums("Cost by model", resources.byModel),
    { title: "Model calls", columns: ["", ""], rows: describeLatency(analytics) },
    { title: "MCP", columns: ["", ""], rows: describeMcp(analytics) },
    ...planComplianceSections(analytics.mcp.policy),
    ...planPackageSections(analytics.packages),
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

function summarize({ build, outcome, startedAt, performance, resources }: BuildAnalytics): string[][] {
  const unpriced = resources.unpricedCalls === 0 ? "" : ` and ${resources.unpricedCalls} calls of unknown price`;
  return [
    ["Build", build],
    ["Outcome", outcome],
    ["Started", startedAt],
    ["Duration", `${formatMs(performance.totalMs)}${performance.runs > 1 ? ` in ${performance.runs} runs` : ""}`],
    ["Cost", `${formatUsd(resources.costMicroUsd)}${unpriced}`],
    ["Tokens", formatCount(resources.tokens)],
    ["Input from the cache", formatShare(resources.cacheShare)],
  ];
}

function describeQuality({ quality }: BuildAnalytics): string[][] {
  return [
    ["Criteria met", `${quality.criteriaPassed} of ${quality.criteriaPassed + quality.criteriaFailed}`],
    ["Pass rate", formatShare(quality.passRate)],
    ["Tasks done", `${quality.tasksDone} of ${quality.tasksDone + quality.tasksFailed}`],
    ["Errors", formatCount(quality.errors)],
    ["Recovery rate", formatShare(quality.recoveryRate)],
    ["Warnings", formatCount(quality.warnings)],
    ["Planning answers used again", `${formatCount(quality.recalledCalls)} (${formatShare(quality.recallRate)})`],
    ["Calls refused for the budget", formatCount(quality.refusedCalls)],
    ["Calls cut or failed", formatCount(quality.failedCalls)],
  ];
}

function describeLatency({ performance: { callLatency }, resources }: BuildAnalytics): string[][] {
  const show = (ms: number | undefined): string => (ms === undefined ? "–" : formatMs(ms));
  return [
    ["Calls", formatCount(resources.calls)],
    ["Median", show(callLatency.median)],
    ["95 of 100 within", show(callLatency.p95)],
    ["99 of 100 within", show(callLatency.p99)],
    ["Longest", show(callLatency.most)],
  ];
}

function describeMcp({ mcp }: BuildAnalytics): string[][] {
  return [
    ...Object.entries(mcp.calls).map(([server, calls]) => [`Calls of ${server}`, formatCount(calls)]),
    ["Calls that failed", formatCount(mcp.failed)],
    ["Required uses made", formatShare(mcp.policy.rate)],
    ["Tasks without a violation", formatShare(mcp.compliance)],
    ["Violations", formatCount(mcp.violations)],
    ...(mcp.unavailable.length === 0 ? [] : [["Unavailable", mcp.unavailable.join(", ")]]),
  ];
}

function durations(title: string, times: Record<string, number>): ReportSection {
  return {
    title,
    columns: [title.slice(0, -1), "Time"],
    rows: Object.entries(times).map(([name, ms]) => [name, formatMs(ms)]),
  };
}

function sums(title: string, list: CallSums[]): ReportSection {
  const rows = list.map(({ name, calls, usage, tokens, costMicroUsd, unpricedCalls }) => [
    name,
    formatCount(calls),
    formatCount(tokens - usage.outputTokens),
    formatCount(usage.outputTokens),
    `${formatUsd(costMicroUsd)}${unpricedCalls > 0 ? ` + ${unpricedCalls} unknown` : ""}`,
  ]);
  return { title, columns: ["", "Calls", "Tokens in", "Tokens out", "Cost"], rows };
}
