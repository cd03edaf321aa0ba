import type { Result, Run } from "sarif";
import type { CodeReport, JudgedFinding } from "./code-report.ts";

/** What was found in the code as runs of SARIF, one for the gate and one for the validator; what people signed for is there as suppressed. */
export function renderCodeRuns({ gate, production }: CodeReport): Run[] {
  return [
    ...(gate.length > 0 ? [renderRun("CCB gate", gate.flatMap(planGateResults))] : []),
    ...(production.length > 0 ? [renderRun("CCB production validator", production.flatMap(planAreaResults))] : []),
  ];
}

function renderRun(name: string, results: Result[]): Run {
  const rules = [...new Set(results.flatMap(({ ruleId }) => ruleId ?? []))];
  return {
    tool: { driver: { name, rules: rules.map((id) => ({ id, shortDescription: { text: id.replaceAll("-", " ") } })) } },
    columnKind: "utf16CodeUnits",
    results: results.map((result) => ({ ...result, ruleIndex: rules.indexOf(result.ruleId ?? "") })),
  };
}

function planGateResults({ task, findings, noted, waived }: CodeReport["gate"][number]): Result[] {
  const plan = (finding: JudgedFinding, level: Result["level"]): Result => ({
    ruleId: finding.rule,
    level: level ?? "error",
    message: { text: `${finding.reason}: ${finding.excerpt}` },
    locations: [locate(finding.path, finding.line)],
    partialFingerprints: { code: finding.codeHash },
    properties: { task },
  });
  return [
    ...findings.map((finding) => plan(finding, "error")),
    ...noted.map((finding) => plan(finding, "note")),
    ...waived.map((finding): Result => {
      const justification = `${finding.signedBy}: ${finding.why}`;
      return { ...plan(finding, "error"), suppressions: [{ kind: "external", status: "accepted", justification }] };
    }),
  ];
}

function planAreaResults({ findings }: CodeReport["production"][number]): Result[] {
  return findings.map(
    ({ area, reason, path, line }): Result => ({
      ruleId: area,
      level: "error",
      message: { text: reason },
      locations: path === undefined ? [] : [locate(path, line ?? 1)],
    }),
  );
}

function locate(path: string, startLine: number) {
  return { physicalLocation: { artifactLocation: { uri: renderUri(path) }, region: { startLine } } };
}

/** A path as a URI reference: every part on its own, so that "#", "?" and ":" in a name stay part of it. */
function renderUri(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}
