import type { BuildEvent } from "@ccb/core";

/** How a server did at one point of the policy. */
export interface ComplianceRow {
  server: string;
  point: string;
  level: "required" | "preferred";
  /** Sessions that came to the point. */
  judged: number;
  /** Of these, those in which it was used as asked. */
  met: number;
  /** Times the model was told. */
  refusals: number;
}

/** One task's use of the servers. */
export interface TaskCompliance {
  task: string;
  attempts: number;
  calls: number;
  failedCalls: number;
  /** Points that were not met, with the reason, newest attempt last. */
  violations: { attempt: number; point: string; server: string; level: "required" | "preferred"; why: string }[];
}

export interface ComplianceReport {
  /** Share of required points that were met, 0 to 1; undefined where none was judged. */
  rate: number | undefined;
  rows: ComplianceRow[];
  tasks: TaskCompliance[];
  unavailable: { server: string; reason: string }[];
}

/** Sums up judgements, refusals and calls by server and point, and task by task. Pure. */
export function sumCompliance(events: readonly BuildEvent[]): ComplianceReport {
  const rows = new Map<string, ComplianceRow>();
  const tasks = new Map<string, TaskCompliance>();
  const unavailable = new Map<string, string>();
  const taskOf = (task: string) => take(tasks, task, { task, attempts: 1, calls: 0, failedCalls: 0, violations: [] });
  for (const event of events) {
    if (event.type === "mcp-unavailable") unavailable.set(event.server, event.reason);
    if (event.type === "mcp-used") {
      const task = taskOf(event.task);
      task.calls++;
      if (!event.succeeded) task.failedCalls++;
    }
    if (event.type === "mcp-judged") {
      const { server, point, level, met, attempt, evidence: why } = event;
      const row = take(rows, `${server} ${point}`, { server, point, level, judged: 0, met: 0, refusals: 0 });
      row.judged++;
      if (met) row.met++;
      const task = taskOf(event.task);
      task.attempts = Math.max(task.attempts, attempt);
      if (!met) task.violations.push({ attempt, point, server, level, why });
    }
    if (event.type === "mcp-violated" && event.outcome !== "given-up") {
      const { point, servers } = event;
      const level = "required";
      for (const server of servers)
        take(rows, `${server} ${point}`, { server, point, level, judged: 0, met: 0, refusals: 0 }).refusals++;
    }
  }
  const required = [...rows.values()].filter(({ level }) => level === "required");
  const judged = required.reduce((sum, row) => sum + row.judged, 0);
  const met = required.reduce((sum, row) => sum + row.met, 0);
  return {
    rate: judged === 0 ? undefined : met / judged,
    rows: [...rows.values()].sort(
      (left, right) => left.server.localeCompare(right.server) || left.point.localeCompare(right.point),
    ),
    tasks: [...tasks.values()],
    unavailable: [...unavailable].map(([server, reason]) => ({ server, reason })),
  };
}

function take<T>(map: Map<string, T>, key: string, fresh: T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, fresh);
  return fresh;
}
