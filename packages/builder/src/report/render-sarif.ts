import type { Log, Result, Run } from "sarif";
import { renderCodeRuns } from "./_render-code-runs.ts";
import { type AcceptanceReport, explainRow, type ReportRow } from "./acceptance-report.ts";
import { listFailures } from "./render-junit.ts";

const specification = "artifacts/specification.md";

/** The report as SARIF 2.1.0. The first run is the acceptance: a rule a criterion, a result for each that failed (error), proves nothing (warning) or cannot be shown (note), at its requirement in the specification. Others hold what was found in the code. */
export function renderSarif(report: AcceptanceReport): string {
  const lines = new Map(report.requirements.map(({ id, span }) => [id, span.startLine]));
  const run: Run = {
    tool: {
      driver: {
        name: "CCB",
        rules: report.rows.map(({ criterion }) => ({
          id: criterion.id,
          shortDescription: { text: criterion.description },
          help: { text: criterion.expectedResult },
          properties: { category: criterion.category, requirements: criterion.requirementIds },
        })),
      },
    },
    ...(report.commit ? { automationDetails: { id: `acceptance/${report.commit}` } } : {}),
    columnKind: "utf16CodeUnits",
    results: report.rows.flatMap((row, ruleIndex) => planResult(row, { ruleIndex, lines })),
  };
  const log: Log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [run, ...renderCodeRuns(report.code)],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function planResult(row: ReportRow, at: { ruleIndex: number; lines: ReadonlyMap<string, number> }): Result[] {
  const { criterion, status, provesNothing, evidence } = row;
  if (status === "passed" && !provesNothing) return [];
  const level = status === "failed" ? "error" : status === "passed" ? "warning" : "note";
  const text = status === "passed" ? "It passed before its phase began, so it proves nothing." : explainRow(row);
  const places = criterion.requirementIds.flatMap((id) => at.lines.get(id) ?? []);
  const locations = (places.length > 0 ? places : [1]).map((startLine) => ({
    physicalLocation: { artifactLocation: { uri: specification }, region: { startLine } },
  }));
  return [
    {
      ruleId: criterion.id,
      ruleIndex: at.ruleIndex,
      level,
      message: { text: text === "" ? criterion.description : text },
      locations,
      partialFingerprints: { criterion: criterion.id },
      properties: {
        phase: row.phase,
        status,
        ...(evidence ? { evidence: evidence.id, failures: listFailures(row) } : {}),
      },
    },
  ];
}
