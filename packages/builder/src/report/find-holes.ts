import type { Criterion, Evidence } from "@ccb/core";
import type { BuildTrace } from "./build-trace.ts";

/** A place where the chain from requirement to commit is broken. */
export interface TraceHole {
  kind:
    | "no-task"
    | "not-committed"
    | "refused"
    | "no-criterion"
    | "not-checkable"
    | "no-evidence"
    | "failed"
    | "changed"
    | "unknown-commit";
  /** What it is about: a requirement, a task or a criterion. */
  of: string;
  /** One sentence for people. */
  message: string;
}

export interface FindHolesOptions {
  trace: BuildTrace;
  criteria: Criterion[];
  evidence: ReadonlyMap<string, Evidence>;
  /** False for evidence that was changed after it was gathered. */
  isIntact: (evidence: Evidence) => boolean;
  /** Commits of the project's history. */
  history: ReadonlySet<string>;
}

/** Follows every requirement that is not waived to its evidence, and every criterion, and lists where the chain is broken. Pure. */
export function findHoles(options: FindHolesOptions): TraceHole[] {
  const { trace, criteria } = options;
  const checkable = new Set(criteria.filter(({ check }) => check !== null).map(({ id }) => id));
  const requirements = trace.rows
    .filter(({ waiver }) => waiver === undefined)
    .flatMap((row): TraceHole[] => {
      const of = row.requirement.id;
      const text = `Requirement ${of} (${row.requirement.text.replaceAll(/\s+/g, " ").slice(0, 80)})`;
      const holes: TraceHole[] = [];
      if (row.tasks.length === 0) holes.push({ kind: "no-task", of, message: `${text} is in no task and not waived.` });
      for (const task of row.tasks) {
        if (task.commit === undefined && task.gate?.outcome === "refused") {
          const message = `${text}: the gate refused the work of task ${task.id} (${task.gate.findings} findings).`;
          holes.push({ kind: "refused", of: task.id, message });
        } else if (task.commit === undefined)
          holes.push({ kind: "not-committed", of: task.id, message: `${text}: task ${task.id} has no commit.` });
        else if (!options.history.has(task.commit)) {
          const message = `${text}: commit ${task.commit.slice(0, 10)} of task ${task.id} is not in the history.`;
          holes.push({ kind: "unknown-commit", of: task.id, message });
        }
      }
      if (row.criteria.length === 0) holes.push({ kind: "no-criterion", of, message: `${text} has no criterion.` });
      else if (!row.criteria.some(({ id }) => checkable.has(id))) {
        holes.push({ kind: "not-checkable", of, message: `${text} has only criteria that no machine can check.` });
      }
      return holes;
    });
  const holes = [...requirements, ...criteria.flatMap((criterion) => findCriterionHole(criterion, options))];
  return [...new Map(holes.map((hole) => [hole.message, hole])).values()];
}

function findCriterionHole(criterion: Criterion, options: FindHolesOptions): TraceHole[] {
  if (criterion.check === null) return [];
  const { id: of } = criterion;
  const seen = options.evidence.get(of);
  const hole = (kind: TraceHole["kind"], what: string): TraceHole[] => [
    { kind, of, message: `Criterion ${of} ${what}.` },
  ];
  if (!seen) return hole("no-evidence", "has no evidence");
  if (seen.id !== undefined && !options.isIntact(seen))
    return hole("changed", "has evidence that was changed after it was gathered");
  if (seen.check && !isSame(seen.check, criterion.check))
    return hole("changed", "was changed after its evidence was gathered");
  if (seen.commit && !options.history.has(seen.commit)) {
    return hole("unknown-commit", `has evidence of commit ${seen.commit.slice(0, 10)}, which is not in the history`);
  }
  return seen.passed ? [] : hole("failed", `failed: ${seen.summary}`);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left, sorted) === JSON.stringify(right, sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
