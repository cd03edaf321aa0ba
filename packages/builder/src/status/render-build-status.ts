import { type BuildEvent, noUsage, type Plan } from "@ccb/core";
import type { CostLedgerTotals } from "@ccb/cost";
import type { LockHolder } from "@ccb/store";
import type { BuildStatus, PhaseStatus, TaskStatus } from "./build-status.ts";
import { chooseNext } from "./choose-next.ts";
import type { SeenBuild, SeenTask } from "./fold-events.ts";

/** Everything that is known of a build at one moment. */
export interface KnownBuild {
  directory: string;
  build: string;
  project: string;
  startedAt: string;
  seen: SeenBuild;
  plan: Plan | undefined;
  /** Number of criteria of each phase. */
  criteria: ReadonlyMap<string, number>;
  /** What each task did last. */
  activities: ReadonlyMap<string, string>;
  lastEvent: BuildEvent | undefined;
  costs: CostLedgerTotals | undefined;
  holder: LockHolder | undefined;
  now: Date;
}

/** Puts together where a build stands. Pure. */
export function renderBuildStatus(known: KnownBuild): BuildStatus {
  const { directory, build, project, startedAt, seen, holder, lastEvent } = known;
  const state = judgeState(known);
  const phases = listPhases(known, state);
  const tasks = phases.flatMap((phase) => phase.tasks).filter((task) => !task.isRepair);
  const count = (status: TaskStatus["status"]) => tasks.filter((task) => task.status === status).length;
  const cost = renderCost(known);
  return {
    directory,
    build,
    project,
    model: seen.model,
    confinement: seen.confinement,
    startedAt,
    state,
    lifecycle: seen.lifecycle,
    stage: seen.stage,
    outcome: seen.ended?.outcome,
    reason: seen.ended?.reason,
    holder,
    phases,
    tasks: { done: count("done"), running: count("running"), failed: count("failed"), total: tasks.length },
    criteria: sumCriteria(phases),
    cost,
    elapsedMs: measureElapsed(known, state),
    remainingMs: estimateLeft(known, state),
    lastEvent,
    problems: [...seen.problems],
    next: chooseNext({ state, outcome: seen.ended?.outcome, cost }),
  };
}

/** A build that has not ended works only where a process holds the lock; the lock goes with the process, however that ends. */
function judgeState({ seen, holder }: KnownBuild): BuildStatus["state"] {
  if (seen.ended) return "ended";
  if (!holder) return "interrupted";
  return seen.lifecycle === "pausing" || seen.lifecycle === "paused" ? seen.lifecycle : "running";
}

function listPhases(known: KnownBuild, state: BuildStatus["state"]): PhaseStatus[] {
  const { plan, seen } = known;
  const planned = plan?.phases.map(({ id, name, tasks }) => ({ id, name, tasks })) ?? [];
  const others = [...seen.phases]
    .filter(([id]) => !planned.some((phase) => phase.id === id))
    .map(([id, phase]) => ({ id, name: phase.name ?? id, tasks: [] }));
  return [...planned, ...others].map((phase) => {
    const own = new Map([...seen.tasks].filter(([, task]) => task.phase === phase.id));
    const isPlanned = (id: string) => phase.tasks.some((task) => task.id === id);
    const describe = (id: string, name: string) =>
      describeTask({ known, state, id, name, seen: own.get(id), isRepair: plan !== undefined && !isPlanned(id) });
    const extra = [...own].filter(([id]) => !isPlanned(id));
    const tasks = [
      ...phase.tasks.map(({ id, name }) => describe(id, name)),
      ...extra.map(([id, task]) => describe(id, task.name ?? id)),
    ];
    const checked = [...seen.criteria.values()].filter((criterion) => criterion.phase === phase.id);
    const passed = checked.filter((criterion) => criterion.passed).length;
    return {
      id: phase.id,
      name: phase.name,
      status: judgePhase(tasks, seen.phases.get(phase.id)?.passed),
      tasks,
      criteria: {
        passed,
        failed: checked.length - passed,
        total: Math.max(known.criteria.get(phase.id) ?? 0, checked.length),
      },
    };
  });
}

function judgePhase(all: TaskStatus[], passed: boolean | undefined): PhaseStatus["status"] {
  if (all.some(({ status }) => status === "running")) return "building";
  const tasks = all.filter(({ isRepair }) => !isRepair);
  const isBuilt = tasks.length > 0 && tasks.every(({ status }) => status === "done");
  if (isBuilt) return passed === undefined ? "built" : passed ? "accepted" : "not-accepted";
  if (passed === false) return "not-accepted";
  return tasks.some(({ status }) => status !== "pending") ? "building" : "pending";
}

function describeTask(of: {
  known: KnownBuild;
  state: BuildStatus["state"];
  id: string;
  name: string;
  seen: SeenTask | undefined;
  isRepair: boolean;
}): TaskStatus {
  const { known, state, id, name, seen, isRepair } = of;
  const isAlive = state !== "ended" && state !== "interrupted";
  const status = seen === undefined ? "pending" : seen.status === "running" && !isAlive ? "cut" : seen.status;
  return {
    id,
    name,
    isRepair,
    status,
    attempt: seen?.attempt ?? 0,
    startedAt: seen?.startedAt,
    durationMs: seen?.durationMs,
    activity: status === "running" ? known.activities.get(id) : undefined,
    reason: seen?.reason,
    commit: seen?.commit,
  };
}

function sumCriteria(phases: PhaseStatus[]): BuildStatus["criteria"] {
  const sum = { passed: 0, failed: 0, total: 0 };
  for (const { criteria } of phases) {
    sum.passed += criteria.passed;
    sum.failed += criteria.failed;
    sum.total += criteria.total;
  }
  return sum;
}

function renderCost({ costs, seen }: KnownBuild): BuildStatus["cost"] {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens } =
    costs?.usage ?? noUsage;
  return {
    costMicroUsd: costs?.costMicroUsd ?? 0,
    reservedMicroUsd: costs?.reservedMicroUsd ?? 0,
    capMicroUsd: seen.capMicroUsd,
    calls: costs?.calls ?? 0,
    unpricedCalls: costs?.unpricedCalls ?? 0,
    tokens: inputTokens + outputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens,
  };
}

/** Of the wall clock, since the other process's monotonic clock is not ours; a clock set back does not make it negative. */
function measureElapsed({ seen, lastEvent, startedAt, now }: KnownBuild, state: BuildStatus["state"]): number {
  if (seen.ended) return seen.ended.durationMs;
  const endMs = state === "interrupted" ? Date.parse(lastEvent?.at ?? startedAt) : now.getTime();
  return Math.max(0, endMs - Date.parse(seen.runStartedAt ?? startedAt));
}

function estimateLeft({ seen, now }: KnownBuild, state: BuildStatus["state"]): number | undefined {
  const { progress } = seen;
  if (state !== "running" || progress?.remainingMs === undefined) return undefined;
  const sinceMs = Math.max(0, now.getTime() - Date.parse(progress.at));
  return Math.max(0, progress.remainingMs - sinceMs);
}
