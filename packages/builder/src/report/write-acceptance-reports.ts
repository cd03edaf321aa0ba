import { join } from "node:path";
import { renderJson, writeArtifacts } from "../project/write-artifact.ts";
import type { AcceptanceReport } from "./acceptance-report.ts";
import type { BuildTrace } from "./build-trace.ts";
import { renderAcceptanceHtml } from "./render-acceptance-html.ts";
import { renderAcceptanceMarkdown } from "./render-acceptance-markdown.ts";
import { renderJUnit } from "./render-junit.ts";
import { renderSarif } from "./render-sarif.ts";

/** Names of the reports in `artifacts/`. */
export const acceptanceReportFiles = [
  "acceptance.json",
  "acceptance.md",
  "junit.xml",
  "acceptance.sarif",
  "report.html",
] as const;

/** Writes the report in every form into the folder of artifacts. */
export async function writeAcceptanceReports(
  folder: string,
  report: AcceptanceReport,
  trace: BuildTrace,
): Promise<void> {
  const contents: Record<(typeof acceptanceReportFiles)[number], string> = {
    "acceptance.json": renderJson(report),
    "acceptance.md": renderAcceptanceMarkdown(report),
    "junit.xml": renderJUnit(report),
    "acceptance.sarif": renderSarif(report),
    "report.html": renderAcceptanceHtml(report, trace),
  };
  await writeArtifacts(acceptanceReportFiles.map((name) => ({ path: join(folder, name), content: contents[name] })));
}
