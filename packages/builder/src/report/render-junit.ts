import { type AcceptanceReport, explainRow, groupByPhase, type ReportRow } from "./acceptance-report.ts";

/**
 * The report as JUnit XML: a suite a phase, a case a criterion. What no machine can check, and what was not run, is skipped with the reason. Written for the strictest schema in use (Ant's, by Windy Road): members
 * in its order, times without zone.
 */
export function renderJUnit(report: AcceptanceReport): string {
  const suites = groupByPhase(report.rows).map(([phase, rows], id) => renderSuite(report, { phase, rows, id }));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`;
}

function renderSuite(report: AcceptanceReport, suite: { phase: string; rows: ReportRow[]; id: number }): string {
  const { phase, rows, id } = suite;
  const count = (...states: string[]) => rows.filter(({ status }) => states.includes(status)).length;
  const seconds = rows.reduce((sum, { evidence }) => sum + (evidence?.durationMs ?? 0), 0) / 1000;
  const attributes = {
    name: phase,
    package: report.project,
    id: String(id),
    timestamp: report.at.slice(0, 19),
    hostname: "localhost",
    tests: String(rows.length),
    failures: String(count("failed")),
    errors: "0",
    skipped: String(count("not-run", "not-checkable")),
    time: seconds.toFixed(3),
  };
  const properties = Object.entries({ commit: report.commit, sandbox: report.place?.sandbox, node: report.place?.node })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `      <property name="${name}" value="${escapeXml(value ?? "")}"/>\n`);
  return [
    `  <testsuite ${renderAttributes(attributes)}>\n`,
    `    <properties>\n${properties.join("")}    </properties>\n`,
    ...rows.map((row) => renderCase(row)),
    "    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n",
  ].join("");
}

function renderCase(row: ReportRow): string {
  const { criterion, phase, status, evidence } = row;
  const attributes = {
    name: `${criterion.id}: ${criterion.description}`,
    classname: phase,
    time: ((evidence?.durationMs ?? 0) / 1000).toFixed(3),
  };
  const head = `    <testcase ${renderAttributes(attributes)}`;
  if (status === "passed") return `${head}/>\n`;
  const message = explainRow(row);
  if (status !== "failed") return `${head}><skipped message="${escapeXml(message)}"/></testcase>\n`;
  const text = [...listFailures(row), evidence?.output ?? ""].join("\n");
  const failure = `<failure message="${escapeXml(message)}" type="${evidence?.checkKind}">${escapeXml(text)}</failure>`;
  return `${head}>${failure}</testcase>\n`;
}

/** A line for each thing that was not as expected. */
export function listFailures({ evidence }: ReportRow): string[] {
  return (evidence?.observations ?? [])
    .filter(({ passed }) => !passed)
    .map(({ what, expected, received }) => `${what}: expected ${expected}, received ${received}`);
}

/** Names and the like are tokens: no line ends, no spaces at the ends or in a row. */
function renderAttributes(attributes: Record<string, string>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}="${escapeXml(value.replaceAll(/\s+/g, " ").trim())}"`)
    .join(" ");
}

/** Text for XML; characters that XML cannot hold in any form become a replacement character. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
