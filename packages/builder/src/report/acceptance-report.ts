import type { Criterion, Evidence, EvidencePlace, Requirement } from "@ccb/core";
import { type CodeReport, emptyCodeReport } from "./code-report.ts";

/** What became of one criterion. "not-checkable": no machine can check it, so it counts as neither passed nor failed. */
export type CriterionStatus = "passed" | "failed" | "not-run" | "not-checkable";

export interface ReportRow {
  phase: string;
  criterion: Criterion;
  status: CriterionStatus;
  /** The last evidence, where there is one. */
  evidence: Evidence | undefined;
  /** It passed before its phase began, so that it passes now shows nothing. */
  provesNothing: boolean;
}

/** How every criterion of a project stands, for people and programs. */
export interface AcceptanceReport {
  project: string;
  /** ISO 8601. */
  at: string;
  commit: string | undefined;
  totals: Record<CriterionStatus, number> & { criteria: number; provesNothing: number };
  /** Milliseconds of all checks together. */
  durationMs: number;
  place: EvidencePlace | undefined;
  rows: ReportRow[];
  requirements: Requirement[];
  /** What was found in the code itself. */
  code: CodeReport;
}

export interface AcceptanceReportOptions {
  project: string;
  at: string;
  commit: string | undefined;
  criteria: { phase: string; criteria: Criterion[] }[];
  /** The last evidence of each criterion, by criterion id. */
  evidence: ReadonlyMap<string, Evidence>;
  /** What each criterion said before its phase began, by criterion id, where it was looked at. */
  before: ReadonlyMap<string, Evidence>;
  requirements: Requirement[];
  code?: CodeReport;
}

/** Puts criteria and evidence together. Pure. */
export function planAcceptanceReport(options: AcceptanceReportOptions): AcceptanceReport {
  const { criteria, evidence, before, code = emptyCodeReport, ...head } = options;
  const rows = criteria.flatMap(({ phase, criteria: list }) =>
    list.map((criterion): ReportRow => {
      const seen = evidence.get(criterion.id);
      return {
        phase,
        criterion,
        status: statusOf(criterion, seen),
        evidence: seen,
        provesNothing: before.get(criterion.id)?.passed === true,
      };
    }),
  );
  const totals = { criteria: rows.length, passed: 0, failed: 0, "not-run": 0, "not-checkable": 0, provesNothing: 0 };
  for (const row of rows) {
    totals[row.status]++;
    if (row.provesNothing) totals.provesNothing++;
  }
  const durationMs = rows.reduce((sum, row) => sum + (row.evidence?.durationMs ?? 0), 0);
  const place = rows.findLast((row) => row.evidence?.place)?.evidence?.place;
  return { ...head, totals, durationMs, place, rows, code };
}

function statusOf({ check }: Criterion, seen: Evidence | undefined): CriterionStatus {
  if (check === null) return "not-checkable";
  if (!seen) return "not-run";
  return seen.passed ? "passed" : "failed";
}

/** The rows by phase, in the order of the plan. */
export function groupByPhase(rows: readonly ReportRow[]): [phase: string, rows: ReportRow[]][] {
  return [...Map.groupBy(rows, ({ phase }) => phase)];
}

/** Why a criterion stands as it does, in one line. */
export function explainRow({ criterion, status, evidence }: ReportRow): string {
  if (status === "not-checkable") return criterion.validationMethod;
  return evidence?.summary ?? "It has not been run.";
}
