import type { BuildResult } from "@ccb/builder";
import type { Requirement } from "@ccb/core";
import type { Painter } from "../render/_painter.ts";
import { formatCount, formatPlural, formatUsd } from "../render/format.ts";
import { renderPlan } from "../render/render-plan.ts";

/** What `artifacts/forecast.json` holds. */
export interface Forecast {
  model: string;
  lowMicroUsd: number;
  expectedMicroUsd: number;
  highMicroUsd: number;
  calls: number;
  tokens: number;
  isPriceKnown: boolean;
  assumptions: string[];
}

/** Everything a plan by rule came to. */
export type Planning = NonNullable<BuildResult["planned"]> & {
  title: string;
  requirements: Requirement[];
  forecast: Forecast;
};

/** A plan as text for people: how much of everything, what it will cost, then phase by phase. `kept` is the folder it stays in. Pure. */
export function renderPlanning(planning: Planning, options: { paint: Painter; kept: string | undefined }): string {
  const { paint, kept } = options;
  const { plan, criteria, forecast, requirements } = planning;
  const all = criteria.flatMap((of) => of.criteria);
  const checkable = all.filter(({ check }) => check !== null).length;
  const tasks = plan.phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  const covered = requirements.length - plan.waivers.length;
  const rows = [
    ["Requirements", `${formatCount(requirements.length)}: ${countKinds(requirements)}`],
    ["Covered", `${formatCount(covered)}, ${formatCount(plan.waivers.length)} waived`],
    ["Plan", `${formatPlural(plan.phases.length, "phase")}, ${formatPlural(tasks, "task")}`],
    ["Criteria", `${formatCount(all.length)}, ${formatCount(checkable)} of them checked by CCB itself`],
    ["Forecast", renderForecast(forecast)],
  ];
  return [
    `${paint.strong(planning.title)} ${paint.dim("· planned by rule; a build lets the model plan")}`,
    "",
    ...rows.map(([name = "", value = ""]) => `  ${paint.dim(name.padEnd(13))} ${value}`),
    renderPlan(planning, { paint, whole: kept === undefined ? "--json" : `${kept}/artifacts/plan.md` }),
    ...renderWaivers(plan.waivers, paint),
    ...(kept === undefined ? [] : ["", `Kept in ${kept}/artifacts.`]),
  ].join("\n");
}

const shownWaivers = 8;

function renderWaivers(waivers: Planning["plan"]["waivers"], paint: Painter): string[] {
  if (waivers.length === 0) return [];
  const more = waivers.length - shownWaivers;
  return [
    "",
    paint.strong("Waived"),
    ...waivers.slice(0, shownWaivers).map(({ requirementId, reason }) => `  ${requirementId}  ${paint.dim(reason)}`),
    ...(more > 0 ? [`  … and ${formatCount(more)} more`] : []),
  ];
}

function countKinds(requirements: Requirement[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of requirements) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${formatCount(count)} ${kind}`).join(", ") || "none found";
}

function renderForecast({ model, lowMicroUsd, expectedMicroUsd, highMicroUsd, calls, isPriceKnown }: Forecast): string {
  const range = `${formatUsd(expectedMicroUsd)} (${formatUsd(lowMicroUsd)} to ${formatUsd(highMicroUsd)})`;
  const note = isPriceKnown ? "" : "; its price is unknown, the dearest known is assumed";
  return `${range} with ${model}, ${formatPlural(calls, "call")}${note}`;
}
