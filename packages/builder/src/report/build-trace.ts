import type { Criterion, Evidence, Plan, Requirement, Task } from "@ccb/core";
import type { GateRecord } from "./code-report.ts";

/** What became of one requirement. */
export type RequirementStatus = "verified" | "failed" | "unverified" | "waived" | "not-built";

export interface TraceRow {
  requirement: { id: string; text: string; kind: string; priority: string; lines: [start: number, end: number] };
  status: RequirementStatus;
  waiver: string | undefined;
  tasks: {
    id: string;
    commit: string | undefined;
    /** What the gate made of its work, where it was judged. */
    gate?: { outcome: GateRecord["outcome"]; findings: number; mended: number; signedFor: number };
  }[];
  criteria: {
    id: string;
    passed: boolean | undefined;
    evidence: string | undefined;
    /** True where it passed before its phase began. */
    provesNothing?: boolean;
  }[];
}

/** requirement → task → criterion → evidence → commit, with the sums a reader asks for first. */
export interface BuildTrace {
  build: string;
  totals: Record<RequirementStatus, number> & { requirements: number };
  rows: TraceRow[];
}

export interface BuildTraceOptions {
  build: string;
  requirements: Requirement[];
  plan: Plan;
  criteria: Criterion[];
  /** The last evidence of each criterion, by criterion id. */
  evidence: Map<string, Evidence>;
  /** Commit of each finished task, by task id. */
  commits: Map<string, string>;
  /** The gate's last word on each task. */
  gate?: readonly GateRecord[];
  /** Ids of criteria that passed before their phase began; they verify nothing. */
  provesNothing?: ReadonlySet<string>;
}

/**
 * Follows each requirement to its tasks, criteria, evidence and commits. Pure.
 *
 * verified: all its tasks are committed and at least one of its criteria was checked and all that were checked passed · failed: a criterion failed · unverified: built, but nothing checked it, or only criteria that passed before their phase began ·
 * not-built: a task of it is not finished.
 */
export function renderTrace(options: BuildTraceOptions): BuildTrace {
  const links = linkRequirements(options);
  const rows = options.requirements.map((requirement) => renderRow(requirement, { options, links }));
  const totals = { requirements: rows.length, verified: 0, failed: 0, unverified: 0, waived: 0, "not-built": 0 };
  for (const row of rows) totals[row.status]++;
  return { build: options.build, totals, rows };
}

/** What names a requirement, by the requirement's id. */
interface Links {
  waivers: Map<string, string>;
  tasks: Map<string, Task[]>;
  criteria: Map<string, Criterion[]>;
}

function linkRequirements({ plan, criteria }: BuildTraceOptions): Links {
  return {
    waivers: new Map(plan.waivers.toReversed().map(({ requirementId, reason }) => [requirementId, reason])),
    tasks: groupByRequirement(plan.phases.flatMap((phase) => phase.tasks)),
    criteria: groupByRequirement(criteria),
  };
}

function groupByRequirement<Item extends { requirementIds: string[] }>(items: Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    for (const id of new Set(item.requirementIds)) {
      const group = groups.get(id);
      if (group) group.push(item);
      else groups.set(id, [item]);
    }
  }
  return groups;
}

function renderRow(requirement: Requirement, from: { options: BuildTraceOptions; links: Links }): TraceRow {
  const { options, links } = from;
  const waiver = links.waivers.get(requirement.id);
  const tasks = (links.tasks.get(requirement.id) ?? []).map((task) => ({
    id: task.id,
    commit: options.commits.get(task.id),
    ...judgedBy(options.gate, task.id),
  }));
  const criteria = (links.criteria.get(requirement.id) ?? []).map((criterion) => {
    const seen = options.evidence.get(criterion.id);
    return {
      id: criterion.id,
      passed: seen?.passed,
      evidence: seen && `artifacts/evidence/${criterion.id}.json`,
      ...(options.provesNothing?.has(criterion.id) ? { provesNothing: true } : {}),
    };
  });
  const { id, text, kind, priority, span } = requirement;
  return {
    requirement: { id, text, kind, priority, lines: [span.startLine, span.endLine] },
    status: judge({ waiver, tasks, criteria }),
    waiver,
    tasks,
    criteria,
  };
}

function judgedBy(gate: readonly GateRecord[] | undefined, task: string): Pick<TraceRow["tasks"][number], "gate"> {
  const record = gate?.find((one) => one.task === task);
  if (!record) return {};
  const { outcome, findings, mended, waived } = record;
  return { gate: { outcome, findings: findings.length, mended: mended.length, signedFor: waived.length } };
}

function judge(row: Pick<TraceRow, "waiver" | "tasks" | "criteria">): RequirementStatus {
  if (row.waiver !== undefined) return "waived";
  if (row.tasks.length === 0 || row.tasks.some((task) => task.commit === undefined)) return "not-built";
  if (row.criteria.some((criterion) => criterion.passed === false)) return "failed";
  const isShown = row.criteria.some((criterion) => criterion.passed === true && !criterion.provesNothing);
  return isShown ? "verified" : "unverified";
}
