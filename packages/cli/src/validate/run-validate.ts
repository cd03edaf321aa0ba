import { relative, resolve } from "node:path";
import { CcbError } from "@ccb/core/errors";
import { type ProductionArea, productionAreas } from "@ccb/testing/production";
import { exitCodes } from "../exit-codes.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import { formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { type Judgement, judgeProject, type ValidationReport } from "./judge-project.ts";

export interface ValidateFlags {
  json?: boolean;
  /** False: nothing of the project is run. */
  run: boolean;
  only?: string[];
}

const allAreas: readonly (ProductionArea | "code")[] = ["code", ...productionAreas];
const withoutRunning: readonly string[] = ["code", "licences", "secrets"];

/** `ccb validate`: what keeps a project from production. Exit code 0, or 5 when there are findings. */
export async function runValidate(call: {
  directory: string | undefined;
  flags: ValidateFlags;
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const directory = resolve(terminal.cwd, call.directory ?? ".");
  const areas = chooseAreas(flags);
  const paint = createPainter(terminal.stdout.isTTY === true && terminal.stdout.hasColors?.() !== false);
  const stopped = new AbortController();
  const onSignal = (): void =>
    stopped.abort(new CcbError({ code: "stopped", message: "Stopped before all areas were looked at." }));
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    const onReport = (report: ValidationReport): void => {
      if (flags.json !== true) terminal.stdout.write(renderReport(report, paint));
    };
    const today = new Date().toISOString().slice(0, 10);
    const judgement = await judgeProject({ directory, areas, today, onReport, signal: stopped.signal });
    const count = judgement.reports.reduce((sum, { findings }) => sum + findings.length, 0);
    if (flags.json === true)
      terminal.stdout.write(
        `${JSON.stringify({ directory: relative(terminal.cwd, directory) || ".", findings: count, ...judgement }, null, 2)}\n`,
      );
    else terminal.stdout.write(renderEnd(judgement, count, paint));
    return count > 0 ? exitCodes.acceptanceFailed : exitCodes.done;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

function chooseAreas({ only, run }: ValidateFlags): (ProductionArea | "code")[] {
  const unknown = only?.find((name) => !allAreas.some((area) => area === name));
  if (unknown !== undefined) {
    throw new CcbError({
      code: "usage",
      message: `There is no area ${JSON.stringify(unknown)}.`,
      hint: `The areas are ${allAreas.join(", ")}.`,
    });
  }
  return allAreas.filter(
    (area) => (only === undefined || only.includes(area)) && (run || withoutRunning.includes(area)),
  );
}

function renderReport({ area, status, why, findings, durationMs }: ValidationReport, paint: Painter): string {
  const mark = status === "passed" ? paint.good("✓") : status === "failed" ? paint.bad("✗") : paint.warn("–");
  const seconds = durationMs >= 1_000 ? paint.dim(` ${(durationMs / 1_000).toFixed(1)} s`) : "";
  const head = `  ${mark} ${area.padEnd(14)}${status === "not-run" ? paint.dim(`not run: ${why}`) : why}${seconds}\n`;
  return head + findings.map((finding) => renderFinding(finding, paint)).join("");
}

function renderFinding(finding: ValidationReport["findings"][number], paint: Painter): string {
  const place =
    finding.path === undefined
      ? ""
      : `${paint.accent(`${finding.path}${finding.line === undefined ? "" : `:${finding.line}`}`)}: `;
  if ("rule" in finding) {
    return `      ${place}${paint.warn(finding.rule)}: ${finding.reason} ${paint.dim(`[${finding.codeHash}]`)}\n        ${paint.dim(finding.excerpt)}\n`;
  }
  const output = (finding.output ?? "")
    .split("\n")
    .slice(-8)
    .filter((line) => line.trim() !== "");
  return `      ${place}${finding.reason}\n${output.map((line) => `        ${paint.dim(line.slice(0, 160))}\n`).join("")}`;
}

function renderEnd({ waived, lapsed, reports }: Judgement, count: number, paint: Painter): string {
  const lines = [
    ...waived.map(({ path, line, rule, signedBy, reason }) =>
      paint.dim(`  waived ${path}:${line}: ${rule}, signed by ${signedBy}: ${reason}`),
    ),
    ...lapsed.map(({ path, rule, signedBy }) =>
      paint.warn(`  lapsed: the waiver of ${signedBy} for ${rule} in ${path} meets no finding any more`),
    ),
  ];
  const left = reports.filter(({ status }) => status === "not-run").length;
  const notRun = left === 0 ? "" : `, ${formatPlural(left, "area")} not run`;
  return `${[...lines, "", `${count === 0 ? paint.good("No finding") : paint.bad(formatPlural(count, "finding"))}${notRun}.`].join("\n")}\n`;
}
