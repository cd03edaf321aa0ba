import { resolve } from "node:path";
import { type ComplianceReport, readCompliance } from "@ccb/builder/served";
import { exitCodes } from "../exit-codes.ts";
import { createPainter, type Painter } from "../render/_painter.ts";
import { formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";

/** `ccb mcp compliance`: how a project's sessions kept to the MCP policy, by server and point, and task by task. */
export async function runMcpCompliance(call: {
  directory: string | undefined;
  flags: { json?: boolean };
  terminal: Terminal;
}): Promise<number> {
  const { flags, terminal } = call;
  const report = readCompliance(resolve(terminal.cwd, call.directory ?? "."));
  const { stdout } = terminal;
  if (flags.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else stdout.write(renderReport(report, createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false)));
  return exitCodes.done;
}

function renderReport(report: ComplianceReport, paint: Painter): string {
  if (report.rows.length === 0 && report.tasks.length === 0) return "No session has been judged here yet.\n";
  const rate =
    report.rate === undefined ? "nothing was required" : `${percent(report.rate)} of required uses were made`;
  const lines = [`${paint.strong("MCP compliance")}: ${rate}`, ""];
  const width = Math.max(6, ...report.rows.map(({ server }) => server.length));
  lines.push(paint.dim(`  ${"server".padEnd(width)}  ${"point".padEnd(24)} level      met      told`));
  for (const { server, point, level, judged, met, refusals } of report.rows) {
    const color = met === judged ? paint.good : level === "required" ? paint.bad : paint.warn;
    lines.push(
      `  ${server.padEnd(width)}  ${point.padEnd(24)} ${level.padEnd(10)} ${color(`${met}/${judged}`.padEnd(8))} ${refusals || ""}`.trimEnd(),
    );
  }
  for (const { server, reason } of report.unavailable)
    lines.push(`  ${server.padEnd(width)}  ${paint.dim(`unavailable: ${reason}`)}`);
  lines.push("");
  for (const { task, attempts, calls, failedCalls, violations } of report.tasks) {
    const failed = failedCalls > 0 ? `, ${failedCalls} failed` : "";
    const again = attempts > 1 ? `, ${attempts} attempts` : "";
    lines.push(`  ${paint.accent(task)}  ${formatPlural(calls, "MCP call")}${failed}${again}`);
    for (const { point, server, level, why, attempt } of violations) {
      const mark = level === "required" ? paint.bad("✗") : paint.warn("!");
      lines.push(`    ${mark} ${point}: ${server}: ${why}${attempts > 1 ? ` (attempt ${attempt})` : ""}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
