import type { BuildEvent, BuildEventBody, BuildOutcome } from "@ccb/core";
import { type CallSums, type Distribution, measureDistribution, sumCallsBy, tokensOf } from "./_measure.ts";
import { findForecasts, type ToldForecast } from "./forecast-sections.ts";
import type { BuildRecord } from "./read-build-record.ts";
import { type ComplianceReport, sumCompliance } from "./sum-compliance.ts";

/** A stretch of the build, in milliseconds from its first event. */
export interface TimelineBar {
  kind: "stage" | "task";
  name: string;
  phase: string | undefined;
  startMs: number;
  endMs: number;
  outcome: "done" | "failed" | "running";
}

/** What was last said of the packages that the project's lock files name. */
export type PackagesCheck = Omit<Extract<BuildEventBody, { type: "packages-checked" }>, "type">;

/** What a build took, cost and came to, from its events and its ledger. */
export interface BuildAnalytics {
  build: string;
  project: string;
  /** "running" while no run has ended since the last one began. */
  outcome: BuildOutcome | "running";
  startedAt: string;
  lastEventAt: string;
  performance: {
    /** Milliseconds that runs of the build took, pauses between them left out. */
    totalMs: number;
    runs: number;
    stages: Record<string, number>;
    phases: Record<string, number>;
    tasks: Record<string, number>;
    /** Milliseconds of the model calls. */
    callLatency: Distribution;
  };
  resources: {
    calls: number;
    tokens: number;
    costMicroUsd: number;
    unpricedCalls: number;
    /** Share of the input that came from the cache, 0 to 1; undefined where there was no input. */
    cacheShare: number | undefined;
    byAgent: CallSums[];
    byPhase: CallSums[];
    byTask: CallSums[];
    byModel: CallSums[];
  };
  /** What the build was expected to cost; empty where nothing was forecast. */
  forecasts: ToldForecast[];
  quality: {
    criteriaPassed: number;
    criteriaFailed: number;
    /** Passed of all checks made, 0 to 1; undefined where none was made. */
    passRate: number | undefined;
    tasksDone: number;
    tasksFailed: number;
    errors: number;
    warnings: number;
    /** Planning calls answered from the journal, and of all planning calls, 0 to 1; undefined where there was none. */
    recalledCalls: number;
    recallRate: number | undefined;
    refusedCalls: number;
    failedCalls: number;
    /** Tasks and criteria that failed and succeeded later, of all that failed; undefined where nothing failed. */
    recoveryRate: number | undefined;
  };
  mcp: {
    calls: Record<string, number>;
    failed: number;
    violations: number;
    unavailable: string[];
    /** Finished tasks without a violation, of all finished tasks; undefined where none is finished. */
    compliance: number | undefined;
    /** How the sessions kept to the policy, by server and point and task by task. */
    policy: ComplianceReport;
  };
  /** What the vulnerability database last said of the packages; undefined where there was nothing to ask or the build did not come so far. */
  packages: PackagesCheck | undefined;
  timeline: TimelineBar[];
  /** The sum of costs after each call; milliseconds from the first event. */
  costOverTime: { atMs: number; microUsd: number }[];
}

/** Measures a build. Pure; a build that still runs is measured as far as it has come. */
export function analyzeBuild(record: BuildRecord): BuildAnalytics {
  const { events, calls } = record;
  const startMs = Date.parse(events[0]?.at ?? record.build.startedAt);
  const runs = findRuns(events);
  const read = calls.reduce((sum, { usage }) => sum + usage.cacheReadTokens, 0);
  const input = calls.reduce(
    (sum, { usage }) =>
      sum + usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    0,
  );
  return {
    build: record.build.id,
    project: record.build.project,
    outcome: runs.outcome,
    startedAt: events[0]?.at ?? record.build.startedAt,
    lastEventAt: events.at(-1)?.at ?? record.build.startedAt,
    performance: {
      totalMs: runs.totalMs,
      runs: runs.count,
      stages: sumDurations(events, (event) =>
        event.type === "stage-end" ? [event.stage, event.durationMs] : undefined,
      ),
      phases: sumDurations(events, (event) =>
        event.type === "phase-end" ? [event.phase, event.durationMs] : undefined,
      ),
      tasks: sumDurations(events, (event) =>
        event.type === "task-end" && event.outcome !== "reused" ? [event.task, event.durationMs] : undefined,
      ),
      callLatency: measureDistribution(calls.map(({ latencyMs }) => latencyMs)),
    },
    resources: {
      calls: calls.length,
      tokens: calls.reduce((sum, { usage }) => sum + tokensOf(usage), 0),
      costMicroUsd: calls.reduce((sum, call) => sum + (call.costMicroUsd ?? 0), 0),
      unpricedCalls: calls.filter((call) => call.costMicroUsd === undefined).length,
      cacheShare: input === 0 ? undefined : read / input,
      byAgent: sumCallsBy(calls, ({ agent }) => agent),
      byPhase: sumCallsBy(calls, ({ phase }) => phase ?? "(no phase)"),
      byTask: sumCallsBy(calls, ({ task }) => task ?? "(no task)"),
      byModel: sumCallsBy(calls, ({ model }) => model),
    },
    forecasts: findForecasts(events),
    quality: measureQuality(record),
    mcp: measureMcp(events),
    packages: findPackages(events),
    timeline: planTimeline(events, startMs),
    costOverTime: sumCosts(calls, startMs),
  };
}

function findRuns(events: BuildEvent[]): { count: number; totalMs: number; outcome: BuildAnalytics["outcome"] } {
  let count = 0;
  let totalMs = 0;
  let outcome: BuildAnalytics["outcome"] = "running";
  let began: number | undefined;
  let last = 0;
  for (const event of events) {
    // A run that was killed has no end: it lasted until its last event.
    if (event.type === "build-start") {
      if (began !== undefined) totalMs += last - began;
      count++;
      began = Date.parse(event.at);
      outcome = "running";
    }
    last = Date.parse(event.at);
    if (event.type === "build-end") {
      totalMs += event.durationMs;
      outcome = event.outcome;
      began = undefined;
    }
  }
  if (began !== undefined) totalMs += last - began;
  return { count, totalMs, outcome };
}

function sumDurations(
  events: BuildEvent[],
  pick: (event: BuildEvent) => [name: string, ms: number] | undefined,
): Record<string, number> {
  const sums = new Map<string, number>();
  for (const event of events) {
    const [name, ms] = pick(event) ?? [];
    if (name !== undefined && ms !== undefined) sums.set(name, (sums.get(name) ?? 0) + ms);
  }
  return Object.fromEntries(sums);
}

function measureQuality({ events, calls }: BuildRecord): BuildAnalytics["quality"] {
  const criteria = new Map<string, boolean>();
  const tasks = new Map<string, boolean>();
  const failedOnce = new Set<string>();
  let errors = 0;
  for (const event of events) {
    if (event.type === "criterion-checked") {
      criteria.set(event.criterion, event.passed);
      if (!event.passed) failedOnce.add(`criterion ${event.criterion}`);
    }
    if (event.type === "task-end") {
      tasks.set(event.task, event.outcome !== "failed");
      if (event.outcome === "failed") failedOnce.add(`task ${event.task}`);
    }
    if (
      (event.type === "task-end" && event.outcome === "failed") ||
      (event.type === "build-end" && event.outcome === "failed")
    )
      errors++;
  }
  const passed = [...criteria.values()].filter(Boolean).length;
  const recovered = [...failedOnce].filter((name) => {
    const id = name.slice(name.indexOf(" ") + 1);
    return (name.startsWith("task ") ? tasks : criteria).get(id) === true;
  });
  const recalledCalls = events.filter(({ type }) => type === "call-recalled").length;
  const planningCalls = calls.filter(({ agent }) => agent !== "claude-code").length;
  const tasksDone = [...tasks.values()].filter(Boolean).length;
  return {
    criteriaPassed: passed,
    criteriaFailed: criteria.size - passed,
    passRate: share(passed, criteria.size),
    tasksDone,
    tasksFailed: tasks.size - tasksDone,
    errors,
    warnings: events.filter(({ type }) => type === "warning").length,
    recalledCalls,
    recallRate: share(recalledCalls, recalledCalls + planningCalls),
    refusedCalls: events.filter(({ type }) => type === "call-refused").length,
    failedCalls: calls.filter(({ status }) => status !== "answered").length,
    recoveryRate: share(recovered.length, failedOnce.size),
  };
}

function measureMcp(events: BuildEvent[]): BuildAnalytics["mcp"] {
  const calls = new Map<string, number>();
  const violated = new Set<string>();
  const finished = new Set<string>();
  const unavailable = new Set<string>();
  let failed = 0;
  let violations = 0;
  for (const event of events) {
    if (event.type === "mcp-used") {
      calls.set(event.server, (calls.get(event.server) ?? 0) + 1);
      if (!event.succeeded) failed++;
    }
    if (event.type === "mcp-violated") {
      violated.add(event.task);
      violations++;
    }
    if (event.type === "mcp-unavailable") unavailable.add(event.server);
    if (event.type === "task-end") finished.add(event.task);
  }
  const compliant = [...finished].filter((task) => !violated.has(task)).length;
  return {
    calls: Object.fromEntries([...calls].sort((left, right) => right[1] - left[1])),
    failed,
    violations,
    unavailable: [...unavailable],
    compliance: share(compliant, finished.size),
    policy: sumCompliance(events),
  };
}

function findPackages(events: BuildEvent[]): PackagesCheck | undefined {
  const last = events.findLast((event) => event.type === "packages-checked");
  if (last?.type !== "packages-checked") return undefined;
  const { packages, found, notChecked } = last;
  return { packages, found, ...(notChecked === undefined ? {} : { notChecked }) };
}

function planTimeline(events: BuildEvent[], startMs: number): TimelineBar[] {
  const open = new Map<string, TimelineBar>();
  const bars: TimelineBar[] = [];
  const begin = (key: string, bar: Pick<TimelineBar, "kind" | "name" | "phase">, atMs: number): void => {
    const begun: TimelineBar = { ...bar, startMs: atMs, endMs: atMs, outcome: "running" };
    open.set(key, begun);
    bars.push(begun);
  };
  const end = (key: string, atMs: number, outcome: TimelineBar["outcome"]): void => {
    const bar = open.get(key);
    if (bar) Object.assign(bar, { endMs: atMs, outcome });
    open.delete(key);
  };
  for (const event of events) {
    const atMs = Date.parse(event.at) - startMs;
    if (event.type === "stage-start" && event.stage !== "execution") {
      begin(`stage ${event.stage}`, { kind: "stage", name: event.stage, phase: undefined }, atMs);
    }
    if (event.type === "stage-end") end(`stage ${event.stage}`, atMs, "done");
    if (event.type === "task-start") {
      begin(`task ${event.task}`, { kind: "task", name: event.task, phase: event.phase }, atMs);
    }
    if (event.type === "task-end") end(`task ${event.task}`, atMs, event.outcome === "failed" ? "failed" : "done");
  }
  const lastMs = Date.parse(events.at(-1)?.at ?? "") - startMs;
  for (const bar of open.values()) bar.endMs = lastMs;
  return bars;
}

function sumCosts(calls: BuildRecord["calls"], startMs: number): BuildAnalytics["costOverTime"] {
  let microUsd = 0;
  return calls.map((call) => {
    microUsd += call.costMicroUsd ?? 0;
    return { atMs: Date.parse(call.at) - startMs, microUsd };
  });
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
