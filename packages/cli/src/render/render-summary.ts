import { relative } from "node:path";
import type { BuildResult, BuildSummary } from "@ccb/builder";
import type { Painter } from "./_painter.ts";
import { formatCount, formatDuration, formatPlural, formatUsd } from "./format.ts";

const shownWaivers = 8;

/** What a build came to, as text for people. Pure. */
export function renderSummary(result: BuildResult, options: { paint: Painter; cwd: string }): string {
  const { paint } = options;
  const title = {
    done: "Done",
    planned: "Planned",
    "acceptance-failed": "Not accepted",
    "budget-reached": "Budget reached",
    stopped: "Stopped",
    failed: "Failed",
  }[result.outcome];
  const color = result.outcome === "done" || result.outcome === "planned" ? paint.good : paint.bad;
  const head = [`\n${color(title)}: ${result.reason}`, ...(result.error?.hint ? [result.error.hint] : [])].join("\n");
  const { summary } = result;
  if (!summary)
    return result.directory
      ? `${head}\n\n  ${paint.dim("Project".padEnd(13))} ${relative(options.cwd, result.directory) || "."}`
      : head;
  const where = relative(options.cwd, summary.directory) || ".";
  const rows = [
    ["Project", where],
    ["Requirements", renderRequirements(summary)],
    ["Criteria", renderCriteria(summary)],
    ["Code", renderCode(summary)],
    ["Tasks", `${summary.tasks.done} of ${summary.tasks.total} built in ${formatDuration(summary.durationMs)}`],
    [
      "Model",
      `${formatCount(summary.calls)} calls, ${formatCount(summary.tokens)} tokens, ${formatUsd(summary.costMicroUsd)}${summary.unpricedCalls > 0 ? ` + ${summary.unpricedCalls} calls of unknown price` : ""}`,
    ],
    ...renderForecast(summary),
    ["Trace", `${where}/artifacts/trace.json`],
    ...(summary.startCommand && summary.tasks.done > 0 ? [["Start it", `cd ${where} && ${summary.startCommand}`]] : []),
  ];
  return [
    head,
    "",
    ...rows.map(([name = "", value = ""]) => `  ${paint.dim(name.padEnd(13))} ${value}`),
    ...renderWaivers(summary, paint),
  ].join("\n");
}

function renderRequirements({ requirements }: BuildSummary): string {
  const covered = requirements.requirements - requirements.waived;
  const parts = [
    `${covered} covered`,
    `${requirements.waived} waived`,
    ...(requirements.verified > 0 ? [`${requirements.verified} verified`] : []),
    ...(requirements.unverified > 0 ? [`${requirements.unverified} built but not verified`] : []),
    ...(requirements.failed > 0 ? [`${requirements.failed} failed`] : []),
    ...(requirements["not-built"] > 0 ? [`${requirements["not-built"]} not built`] : []),
  ];
  return `${requirements.requirements}: ${parts.join(", ")}`;
}

/** What was expected, before the plan and after it, against what it came to; a planned build has cost nothing yet. */
function renderForecast({ forecast, costMicroUsd, outcome }: BuildSummary): string[][] {
  if (!forecast || forecast.highMicroUsd === 0) return [];
  const { lowMicroUsd, highMicroUsd, expectedMicroUsd, first } = forecast;
  const interval = `${formatUsd(expectedMicroUsd)} (${formatUsd(lowMicroUsd)} to ${formatUsd(highMicroUsd)})`;
  const before = first ? `, ${formatUsd(first.expectedMicroUsd)} before the plan` : "";
  if (outcome !== "done") return [["Forecast", `${interval}${before}`]];
  const place = costMicroUsd < lowMicroUsd ? "below it" : costMicroUsd > highMicroUsd ? "above it" : "within it";
  return [["Forecast", `${interval}${before}; it came to ${formatUsd(costMicroUsd)}, ${place}`]];
}

function renderCriteria({ criteria }: BuildSummary): string {
  const checked = criteria.passed + criteria.failed;
  const rest = criteria.notChecked > 0 ? `, ${criteria.notChecked} not checked` : "";
  return `${criteria.passed} of ${checked} passed${rest}`;
}

function renderCode({ code }: BuildSummary): string {
  const { refused, mended, signedFor, production, notRun } = code;
  const parts = [
    refused === 0 ? "nothing left that the gate refuses" : `${formatPlural(refused, "finding")} refused by the gate`,
    ...(mended > 0 ? [`${mended} mended`] : []),
    ...(signedFor > 0 ? [`${signedFor} signed for`] : []),
    ...(production > 0 ? [`${formatPlural(production, "finding")} against production`] : []),
    ...(notRun.length > 0 ? [`not looked at: ${notRun.join(", ")}`] : []),
  ];
  return parts.join(", ");
}

function renderWaivers({ waivers }: BuildSummary, paint: Painter): string[] {
  if (waivers.length === 0) return [];
  const shown = waivers
    .slice(0, shownWaivers)
    .map(({ requirementId, text, reason }) => `    ${requirementId}  ${shorten(text)}\n      ${paint.dim(reason)}`);
  const more = waivers.length - shown.length;
  return [
    "",
    `  ${paint.warn("Waived")}`,
    ...shown,
    ...(more > 0 ? [`    … and ${more} more in artifacts/plan.json`] : []),
  ];
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
