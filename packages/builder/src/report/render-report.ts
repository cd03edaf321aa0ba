import type { BuildAnalytics } from "./analyze-build.ts";
import { planReportSections, type ReportSection } from "./report-sections.ts";

/** The report as text with aligned columns. Pure. */
export function renderReportText(analytics: BuildAnalytics): string {
  const sections = planReportSections(analytics).map((section) => {
    const head = section.columns.some((name) => name !== "") ? [section.columns] : [];
    const rows = [...head, ...section.rows];
    const widths = section.columns.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
    const lines = rows.map((row) => `  ${row.map((cell, at) => alignCell(cell, at, widths)).join("  ")}`.trimEnd());
    return `${section.title}\n${lines.join("\n")}`;
  });
  return `${[analytics.project, ...sections].join("\n\n")}\n`;
}

/** The report as Markdown. Pure. */
export function renderReportMarkdown(analytics: BuildAnalytics): string {
  const sections = planReportSections(analytics).map(renderTable);
  return `${[`# ${escapeMarkdown(analytics.project)}: report of the build`, ...sections].join("\n\n")}\n`;
}

function renderTable({ title, columns, rows }: ReportSection): string {
  const line = (cells: string[]): string => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  const rule = `| ${columns.map((_, at) => (at === 0 ? "---" : "---:")).join(" | ")} |`;
  return [`## ${title}`, "", line(columns), rule, ...rows.map(line)].join("\n");
}

/** The first column to the left, figures to the right where there are several columns of them. */
function alignCell(cell: string, at: number, widths: number[]): string {
  const width = widths[at] ?? 0;
  return at === 0 || widths.length === 2 ? cell.padEnd(width) : cell.padStart(width);
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#]/g, "\\$&").replaceAll(/\s+/g, " ");
}
