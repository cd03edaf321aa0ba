import { join } from "node:path";
import { writeArtifact, writeJsonArtifact } from "../project/write-artifact.ts";
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
  await writeJsonArtifact(join(folder, "acceptance.json"), report);
  await writeArtifact(join(folder, "acceptance.md"), renderAcceptanceMarkdown(report));
  await writeArtifact(join(folder, "junit.xml"), renderJUnit(report));
  await writeArtifact(join(folder, "acceptance.sarif"), renderSarif(report));
  await writeArtifact(join(folder, "report.html"), renderAcceptanceHtml(report, trace));
}
