import { formatCount, formatMs, formatShare, formatUsd } from "./_format.ts";
import { escapeXml, renderBars, renderSpans, renderSteps } from "./_svg-plots.ts";
import type { BuildAnalytics } from "./analyze-build.ts";
import { planReportSections, type ReportSection } from "./report-sections.ts";

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #667080; --paper: #fff; --card: #f5f7fa; --rule: #dde3ea; --c0: #3b6fd4; --c1: #e0902f; --c2: #2f9e6e; --c3: #c8453b; --c4: #8a63c9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #98a2b0; --paper: #14171b; --card: #1d2126; --rule: #30363e; --c0: #6b9bf2; --c1: #f0ad5b; --c2: #5bc596; --c3: #ee766c; --c4: #b394e6; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1180px; margin: 0 auto; padding: 24px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 0 0 10px; } .dim { color: var(--dim); fill: var(--dim); }
.figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0; padding: 0; list-style: none; }
.figures li { background: var(--card); border-radius: 8px; padding: 10px 16px; min-width: 110px; } .figures b { display: block; font-size: 20px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; }
section { background: var(--card); border-radius: 8px; padding: 16px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } td, th { padding: 4px 8px; border-bottom: 1px solid var(--rule); text-align: right; font-weight: normal; }
td:first-child, th:first-child { text-align: left; } th { color: var(--dim); } svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; } svg text { fill: var(--ink); } svg text.dim { fill: var(--dim); }
.grid { stroke: var(--rule); } .line { fill: none; stroke: var(--c0); stroke-width: 2; } .c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); } .c3 { fill: var(--c3); } .c4 { fill: var(--c4); }
.key span { display: inline-block; margin-right: 14px; } .key i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 5px; }
`;

/** The report as one HTML page that needs nothing else: no script, no font, no request. Pure. */
export function renderReportHtml(analytics: BuildAnalytics): string {
  const title = `${analytics.project}: report of the build`;
  const content = [...planPlots(analytics), ...planReportSections(analytics).map(renderTable)];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title><style>${style}</style></head><body>
<h1>${escapeXml(analytics.project)}</h1>
<p class="dim">Build ${escapeXml(analytics.build)}, ${escapeXml(analytics.outcome)}, ${escapeXml(analytics.startedAt)} to ${escapeXml(analytics.lastEventAt)} (UTC)</p>
<ul class="figures">${planFigures(analytics)
    .map(([name, value]) => `<li><b>${escapeXml(value)}</b><span class="dim">${name}</span></li>`)
    .join("")}</ul>
<div class="cards">
${content.join("\n")}
</div></body></html>
`;
}

function planFigures({ quality, resources, performance, mcp }: BuildAnalytics): [name: string, value: string][] {
  return [
    ["cost", `${formatUsd(resources.costMicroUsd)}${resources.unpricedCalls > 0 ? " + ?" : ""}`],
    ["duration", formatMs(performance.totalMs)],
    ["criteria met", `${quality.criteriaPassed} / ${quality.criteriaPassed + quality.criteriaFailed}`],
    ["tasks done", `${quality.tasksDone} / ${quality.tasksDone + quality.tasksFailed}`],
    ["tokens", formatCount(resources.tokens)],
    ["calls", formatCount(resources.calls)],
    ["from the cache", formatShare(resources.cacheShare)],
    ["MCP compliance", formatShare(mcp.policy.rate)],
  ];
}

function planPlots(analytics: BuildAnalytics): string[] {
  const { resources, performance } = analytics;
  return [
    card(
      "Cost over time",
      renderSteps(
        analytics.costOverTime.map(({ atMs, microUsd }) => ({ x: Math.max(0, atMs), y: microUsd })),
        { title: "Cost over time", x: formatMs, y: formatUsd },
      ),
    ),
    card("Timeline", renderTimeline(analytics), [
      [0, "stage"],
      [2, "task done"],
      [3, "task failed"],
      [4, "under way"],
    ]),
    card("Tokens by agent", renderTokens(analytics), [
      [0, "input"],
      [2, "from the cache"],
      [4, "into the cache"],
      [1, "output"],
    ]),
    card(
      "Latency of the model calls",
      renderBars(
        performance.callLatency.buckets.map(({ upTo, count }) => ({
          name: upTo === undefined ? "longer" : `up to ${formatMs(upTo)}`,
          parts: [{ value: count, color: 0, title: `${count} calls` }],
          label: formatCount(count),
        })),
        "Latency of the model calls",
      ),
    ),
    card(
      "Share of the input from the cache",
      renderBars(
        resources.byAgent.map(({ name, usage }) => {
          const written = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
          const input = usage.inputTokens + usage.cacheReadTokens + written;
          const share = input === 0 ? 0 : usage.cacheReadTokens / input;
          return { name, parts: [{ value: share, color: 2, title: formatShare(share) }], label: formatShare(share) };
        }),
        "Share of the input from the cache",
      ),
    ),
  ];
}

function renderTimeline({ timeline }: BuildAnalytics): string {
  const colors = { done: 2, failed: 3, running: 4 } as const;
  const spans = timeline.map(({ kind, name, startMs, endMs, outcome }) => ({
    name,
    start: Math.max(0, startMs),
    end: Math.max(0, endMs),
    color: kind === "stage" ? 0 : colors[outcome],
    title: `${kind} ${name}: ${formatMs(endMs - startMs)}, ${outcome}`,
  }));
  return renderSpans(spans, { title: "Timeline of stages and tasks", x: formatMs });
}

function renderTokens({ resources }: BuildAnalytics): string {
  const bars = resources.byAgent.map(({ name, usage, tokens }) => {
    const part = (value: number, color: number, what: string) => ({
      value,
      color,
      title: `${formatCount(value)} ${what}`,
    });
    return {
      name,
      parts: [
        part(usage.inputTokens, 0, "input"),
        part(usage.cacheReadTokens, 2, "from the cache"),
        part(usage.cacheWrite5mTokens + usage.cacheWrite1hTokens, 4, "into the cache"),
        part(usage.outputTokens, 1, "output"),
      ],
      label: formatCount(tokens),
    };
  });
  return renderBars(bars, "Tokens by agent");
}

function card(title: string, plot: string, key: [color: number, name: string][] = []): string {
  const legend = key
    .map(([color, name]) => `<span><i style="background: var(--c${color})"></i>${name}</span>`)
    .join("");
  return `<section><h2>${title}</h2>${legend === "" ? "" : `<p class="key dim">${legend}</p>`}${plot}</section>`;
}

function renderTable({ title, columns, rows }: ReportSection): string {
  const line = (cells: string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join("")}</tr>`;
  const head = columns.some((name) => name !== "") ? line(columns, "th") : "";
  return `<section><h2>${escapeXml(title)}</h2><table>${head}${rows.map((row) => line(row, "td")).join("")}</table></section>`;
}
