import { type AcceptanceReport, explainRow, groupByPhase, type ReportRow } from "./acceptance-report.ts";
import { type CodeReport, describeCode } from "./code-report.ts";
import { listFailures } from "./render-junit.ts";

const marks = { passed: "passed", failed: "**failed**", "not-run": "not run", "not-checkable": "cannot be checked" };

/** The report as Markdown: totals, then a table a phase, then what failed in detail. Pure. */
export function renderAcceptanceMarkdown(report: AcceptanceReport): string {
  const failed = report.rows.filter(({ status }) => status === "failed");
  return [
    `# Acceptance of ${inline(report.project)}`,
    describeTotals(report),
    describePlace(report),
    ...groupByPhase(report.rows).map(([phase, rows]) => `## Phase \`${phase}\`\n\n${renderTable(rows)}`),
    ...renderCode(report.code),
    ...(failed.length > 0 ? ["## What failed", ...failed.map(renderFailure)] : []),
    "",
  ].join("\n\n");
}

/** One sentence that says how many criteria stand how. */
export function describeTotals({ totals }: AcceptanceReport): string {
  const { criteria, passed, failed, provesNothing } = totals;
  const parts = [
    `${passed} of ${criteria} criteria passed`,
    `${failed} failed`,
    ...(totals["not-run"] > 0 ? [`${totals["not-run"]} not run`] : []),
    ...(totals["not-checkable"] > 0
      ? [`${totals["not-checkable"]} cannot be checked by a machine and are not counted as passed`]
      : []),
    ...(provesNothing > 0 ? [`${provesNothing} passed before their phase began and prove nothing`] : []),
  ];
  return `${parts.join(", ")}.`;
}

/** Where and on what the checks ran. */
export function describePlace({ at, commit, place }: AcceptanceReport): string {
  const where = place ? `${place.platform}, Node ${place.node}, sandbox: ${place.sandbox}` : "nothing was run";
  const services = place && place.services.length > 0 ? `, beside ${place.services.join(" and ")}` : "";
  return `${at}, commit ${commit ?? "none"}; ${where}${services}.`;
}

function renderCode(code: CodeReport): string[] {
  const sentence = describeCode(code);
  const lines = listCodeFindings(code).map(({ state, place, text }) => `- ${state}: ${place} ${inline(text)}`);
  return sentence === undefined ? [] : [`## The code\n\n${sentence}`, ...(lines.length > 0 ? [lines.join("\n")] : [])];
}

/** Every finding with what became of it. */
export function listCodeFindings({ gate, production }: CodeReport): { state: string; place: string; text: string }[] {
  const tell = (state: string, of: { path: string; line: number; rule: string; reason: string }, more = "") => ({
    state,
    place: `\`${of.path}:${of.line}\``,
    text: `${of.rule}: ${of.reason}${more}`,
  });
  return [
    ...gate.flatMap(({ task, outcome, findings, mended, noted, waived }) => [
      ...findings.map((of) => tell(outcome === "refused" ? "refused" : "open", of, ` (task ${task})`)),
      ...mended.map((of) => tell("mended", of, ` (task ${task})`)),
      ...waived.map((of) => tell("signed for", of, ` (${of.signedBy}: ${of.why})`)),
      ...noted.map((of) => tell("noted", of)),
    ]),
    ...production.flatMap(({ area, findings }) =>
      findings.map(({ path, line, reason }) => ({
        state: "production",
        place: path === undefined ? area : `\`${path}:${line ?? 1}\``,
        text: reason,
      })),
    ),
  ];
}

function renderTable(rows: ReportRow[]): string {
  const lines = rows.map((row) => {
    const { criterion, status, evidence } = row;
    const state = `${marks[status]}${row.provesNothing ? " (before its phase too)" : ""}`;
    const cells = [
      `\`${criterion.id}\``,
      inline(criterion.description),
      evidence?.checkKind ?? criterion.check?.kind ?? "",
      state,
    ];
    return `| ${[...cells, inline(explainRow(row)), evidence ? `${evidence.durationMs} ms` : ""].join(" | ")} |`;
  });
  return ["| criterion | | check | | what was seen | |", "| --- | --- | --- | --- | --- | --- |", ...lines].join("\n");
}

function renderFailure(row: ReportRow): string {
  const { criterion, evidence } = row;
  const output = (evidence?.output ?? "").trim();
  const fence = "`".repeat(Math.max(3, ...[...output.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return [
    `### \`${criterion.id}\` ${inline(criterion.description)}`,
    listFailures(row)
      .map((line) => `- ${inline(line)}`)
      .join("\n"),
    ...(output === "" ? [] : [`${fence}\n${output.slice(-2_000)}\n${fence}`]),
  ].join("\n\n");
}

function inline(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;").trim();
}
