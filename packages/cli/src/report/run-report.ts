import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  analyzeBuild,
  type BuildAnalytics,
  readBuildRecord,
  renderReportHtml,
  renderReportMarkdown,
  renderReportText,
  writeJournals,
} from "@ccb/builder/report";
import { CcbError } from "@ccb/core/errors";
import { exitCodes } from "../exit-codes.ts";
import { findProject } from "../project/find-project.ts";
import type { Terminal } from "../terminal.ts";

export interface ReportFlags {
  json?: boolean;
  markdown?: boolean;
  html?: boolean;
  journals?: string;
  out?: string;
}

/** `ccb report`: the figures of a build, also while it runs. */
export async function runReport(call: {
  directory: string | undefined;
  flags: ReportFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const record = readBuildRecord(findProject(call.directory, terminal.cwd));
  if (flags.journals !== undefined) {
    const directory = resolve(terminal.cwd, flags.journals);
    const names = await writeJournals({ directory, project: record.build.project, events: record.events });
    for (const name of names) terminal.stdout.write(`${join(flags.journals, name)}\n`);
    return exitCodes.done;
  }
  const analytics = analyzeBuild(record);
  const report = render(analytics, flags);
  if (flags.out === undefined) terminal.stdout.write(report);
  else writeReport(resolve(terminal.cwd, flags.out), report);
  return exitCodes.done;
}

function render(analytics: BuildAnalytics, flags: ReportFlags): string {
  if (flags.json) return `${JSON.stringify(analytics, null, 2)}\n`;
  if (flags.markdown) return renderReportMarkdown(analytics);
  return flags.html ? renderReportHtml(analytics) : renderReportText(analytics);
}

function writeReport(path: string, report: string): void {
  try {
    writeFileSync(path, report);
  } catch (cause) {
    throw new CcbError({
      code: "bad-input",
      message: `The report could not be written to ${path} (${(cause as NodeJS.ErrnoException).code}).`,
      hint: "Choose a place that may be written to with --out.",
      cause,
    });
  }
}
