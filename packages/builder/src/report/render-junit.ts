import { type JUnitCase, renderJUnitSuite } from "./_junit-xml.ts";
import { type AcceptanceReport, explainRow, groupByPhase, type ReportRow } from "./acceptance-report.ts";

/**
 * The report as JUnit XML: a suite a phase, a case a criterion; what no machine can check, and what was not run, is skipped with the reason. Then a suite for the gate with a case a task, and one for the
 * production validator with a case an area. Pure.
 */
export function renderJUnit(report: AcceptanceReport): string {
  const suites = [
    ...groupByPhase(report.rows).map(([phase, rows]) => ({ name: phase, cases: rows.map(planCase) })),
    { name: "gate", cases: planGateCases(report) },
    { name: "production", cases: planProductionCases(report) },
  ];
  const { project, at, commit, place } = report;
  // Jenkins asks for one property at least.
  const properties = { tool: "CCB", commit, sandbox: place?.sandbox, node: place?.node };
  const rendered = suites
    .filter(({ cases }) => cases.length > 0)
    .map((suite, id) => renderJUnitSuite({ ...suite, package: project, id, at, properties }));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${rendered.join("")}</testsuites>\n`;
}

function planCase(row: ReportRow): JUnitCase {
  const { criterion, phase, status, evidence } = row;
  const of = {
    name: `${criterion.id}: ${criterion.description}`,
    className: phase,
    durationMs: evidence?.durationMs ?? 0,
  };
  if (status === "passed") return { ...of, result: { outcome: "passed" } };
  const message = explainRow(row);
  if (status !== "failed") return { ...of, result: { outcome: "skipped", message } };
  const text = [...listFailures(row), evidence?.output ?? ""].join("\n");
  return { ...of, result: { outcome: "failed", message, type: evidence?.checkKind ?? "check", text } };
}

/** A line for each thing that was not as expected. */
export function listFailures({ evidence }: ReportRow): string[] {
  return (evidence?.observations ?? [])
    .filter(({ passed }) => !passed)
    .map(({ what, expected, received }) => `${what}: expected ${expected}, received ${received}`);
}

function planGateCases({ code }: AcceptanceReport): JUnitCase[] {
  return code.gate.map(({ task, phase, findings }): JUnitCase => {
    const of = { name: task, className: `gate.${phase}`, durationMs: 0 };
    if (findings.length === 0) return { ...of, result: { outcome: "passed" } };
    const text = findings.map(({ path, line, rule, reason }) => `${path}:${line}: ${rule}: ${reason}`).join("\n");
    return { ...of, result: { outcome: "failed", message: `${findings.length} findings`, type: "gate", text } };
  });
}

function planProductionCases({ code }: AcceptanceReport): JUnitCase[] {
  return code.production.map(({ area, status, why, durationMs, findings }): JUnitCase => {
    const of = { name: area, className: "production", durationMs };
    if (status === "passed") return { ...of, result: { outcome: "passed" } };
    if (status === "not-run") return { ...of, result: { outcome: "skipped", message: why } };
    const text = findings
      .map(({ path, line, reason, output }) =>
        [`${path === undefined ? "" : `${path}:${line ?? 1}: `}${reason}`, output ?? ""].join("\n"),
      )
      .join("\n");
    return { ...of, result: { outcome: "failed", message: `${findings.length} findings`, type: area, text } };
  });
}
