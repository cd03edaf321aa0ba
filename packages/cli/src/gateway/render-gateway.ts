import type { ApiCall } from "@ccb/core";
import type { CostLedgerTotals } from "@ccb/cost";
import type { GatewayStats } from "@ccb/gateway";
import type { Painter } from "../render/_painter.ts";
import { formatCount, formatDuration, formatPlural, formatUsd } from "../render/format.ts";
import type { GatewaySettings } from "./gateway-settings.ts";

/** What a user has to do to come through the gateway. Pure. */
export function renderStart(url: string, options: { settings: GatewaySettings; paint: Painter }): string {
  const { settings, paint } = options;
  const caps = [
    settings.capMicroUsd === undefined ? undefined : `${formatUsd(settings.capMicroUsd)} in all`,
    settings.dayCapMicroUsd === undefined ? undefined : `${formatUsd(settings.dayCapMicroUsd)} a day (UTC)`,
  ].filter((cap) => cap !== undefined);
  const rows = [
    ["Upstream", settings.upstream.baseUrl],
    ...settings.routes.map(({ models, upstream }) => ["Route", `${models.join(", ")} to ${upstream.baseUrl}`]),
    ["Key", settings.holdsKey ? "held by the gateway; clients need none" : "the client's own goes through"],
    ["Cap", caps.join(", ") || "none"],
    ["Ledger", settings.database],
    ["Call log", settings.logDirectory],
  ];
  return [
    paint.strong("The gateway is listening. In the shell of Claude Code (the URL is a secret, like a key):"),
    "",
    `  export ANTHROPIC_BASE_URL=${paint.accent(url)}`,
    ...(settings.holdsKey ? ["  export ANTHROPIC_API_KEY=held-by-the-gateway"] : []),
    "",
    ...rows.map(([name = "", value = ""]) => `  ${paint.dim(name.padEnd(9))} ${value}`),
    "",
    paint.dim("Ctrl-C ends it, when the calls under way have ended."),
  ].join("\n");
}

/** One call as a line. Pure. */
export function renderCall(call: ApiCall, paint: Painter): string {
  const { scope, model, outcome, usage, costMicroUsd, latencyMs, status } = call;
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  const end = outcome === "answered" ? paint.good(outcome) : paint.warn(`${outcome}${status ? ` (${status})` : ""}`);
  return [
    call.at.slice(11, 19),
    end,
    model,
    scope.caller ?? "",
    `${formatCount(read)} in, ${formatCount(usage.outputTokens)} out`,
    costMicroUsd === undefined ? paint.warn("cost unknown") : formatUsd(costMicroUsd),
    paint.dim(formatDuration(latencyMs)),
  ]
    .filter((part) => part !== "")
    .join("  ");
}

/** The totals in one line. Pure. */
export function renderTotals(totals: CostLedgerTotals, stats: GatewayStats): string {
  const left = totals.remainingMicroUsd === undefined ? "" : `, ${formatUsd(totals.remainingMicroUsd)} left`;
  const unknown = totals.unpricedCalls === 0 ? "" : `, ${formatPlural(totals.unpricedCalls, "call")} of unknown cost`;
  return [
    `${formatUsd(totals.costMicroUsd)} in ${formatPlural(totals.calls, "call")}${left}${unknown}`,
    stats.inFlight > 0 ? `${formatCount(stats.inFlight - stats.queued)} under way` : "",
    stats.queued > 0 ? `${formatCount(stats.queued)} waiting` : "",
    stats.refused > 0 ? `${formatCount(stats.refused)} refused` : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}
