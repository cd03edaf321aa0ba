import { formatCount } from "./_format.ts";
import type { ReportSection } from "./report-sections.ts";
import type { ComplianceReport } from "./sum-compliance.ts";

/** The tables of the MCP policy: how each server did at each point, and what each task left out. Pure. */
export function planComplianceSections(policy: ComplianceReport): ReportSection[] {
  const points = policy.rows.map(({ server, point, level, judged, met, refusals }) => [
    server,
    point,
    level,
    `${met} of ${judged}`,
    judged === 0 ? "–" : `${Math.floor((1000 * met) / judged) / 10} %`,
    formatCount(refusals),
  ]);
  const tasks = policy.tasks.map(({ task, attempts, calls, failedCalls, violations }) => [
    task,
    formatCount(attempts),
    formatCount(calls),
    formatCount(failedCalls),
    violations.length === 0
      ? "nothing"
      : violations.map(({ point, server, level }) => `${server} at ${point} (${level})`).join(", "),
  ]);
  const away = policy.unavailable.map(({ server, reason }) => [server, reason]);
  return [
    { title: "MCP compliance", columns: ["Server", "Point", "Level", "Met", "Rate", "Told"], rows: points },
    { title: "MCP compliance by task", columns: ["Task", "Attempts", "Calls", "Failed", "Not met"], rows: tasks },
    { title: "Unavailable servers", columns: ["Server", "Why"], rows: away },
  ];
}
