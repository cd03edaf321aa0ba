import type { Failure, FailureKind } from "./failure.ts";

/** What is done about a failure. */
export type RecoveryAction =
  | {
      type: "retry";
      /** Milliseconds to wait first. */
      delayMs: number;
      /** Share of the context budget the next session gets, 0 to 1. */
      contextShare: number;
      /** MCP servers the next session goes without. */
      withoutServers: string[];
      /** What the next session is told of it; empty where it needs to know nothing. */
      note: string;
    }
  /** The task is finished as it is. */
  | { type: "accept-task"; reason: string }
  | { type: "fail-task"; reason: string }
  /** The build rests at a checkpoint and goes on after `resumeAfterMs`; undefined where a person has to act first, and the run ends. */
  | { type: "pause-build"; reason: string; resumeAfterMs: number | undefined }
  | { type: "stop-build"; outcome: "failed" | "budget-reached"; reason: string };

/** Kinds that are tried again so many times. A server that refuses for now is bounded by time; nothing but a person mends credentials or the cap. */
type RetriedKind = Exclude<FailureKind, "rate-limit" | "api-error" | "credentials" | "build-budget">;

/** How long a model server that takes no calls is waited for. */
export interface ModelServerPatience {
  /** Milliseconds: the first wait for a server that refuses for now, and the longest. Doubled each time. */
  firstWaitMs: number;
  longestWaitMs: number;
  /** Milliseconds that a task may wait for the model server in all; then the build rests. */
  waitBudgetMs: number;
  /** Milliseconds: the longest rest of the build, and how long it may rest for one task in all; then the run ends, to be gone on with by a person. */
  longestRestMs: number;
  restBudgetMs: number;
}

export interface RecoveryLimits extends ModelServerPatience {
  /** Retries of a task for each kind of failure (for each server, of MCP servers). An `api-error` that would come again counts as "unknown". */
  retries: Record<RetriedKind, number>;
  /** Retries of a task, whatever its failures were; waiting for the model server does not count. */
  retriesInAll: number;
  /** MCP servers without which no task may run. */
  requiredServers: readonly string[];
  /** At least 0, below 1: spreads waits, so that parallel tasks do not come back at the same moment. */
  random: number;
}

/** Limits that suit a build of hours; `requiredServers` and `random` are the build's own. */
export const defaultRecoveryLimits: Omit<RecoveryLimits, "requiredServers" | "random"> = Object.freeze({
  retries: Object.freeze({
    "context-overflow": 1,
    "mcp-server": 2,
    "mcp-policy": 0,
    timeout: 1,
    "file-conflict": 2,
    "test-failure": 2,
    // The session itself was sent back twice already.
    gate: 0,
    "resource-limit": 1,
    "task-budget": 1,
    stuck: 1,
    "no-change": 1,
    unknown: 2,
  }),
  retriesInAll: 5,
  firstWaitMs: 2_000,
  longestWaitMs: 120_000,
  waitBudgetMs: 15 * 60_000,
  longestRestMs: 15 * 60_000,
  restBudgetMs: 12 * 60 * 60_000,
});

export interface Recovery {
  action: RecoveryAction;
  /** For the log: what was seen, what is done about it, and which limit that comes from. */
  why: string;
}

interface Case {
  failure: Failure;
  /** Earlier failures of the same kind (and server), oldest first. */
  earlier: readonly Failure[];
  history: readonly Failure[];
  limits: RecoveryLimits;
}

/**
 * What to do about a failure of a task. Pure.
 *
 * `history`: the task's earlier failures since the build was last started or resumed, oldest first. Every sequence of failures leads to an action other than
 * a retry within the limits.
 */
export function chooseRecovery(failure: Failure, history: readonly Failure[], limits: RecoveryLimits): Recovery {
  if (failure.kind === "credentials" || failure.kind === "build-budget") return stopBuild(failure);
  const same = (one: Failure) => one.kind === failure.kind && one.server === failure.server && !isWait(one);
  const of: Case = { failure, earlier: history.filter(same), history, limits };
  if (isWait(failure)) return waitForServer(of);
  const kind = failure.kind === "rate-limit" || failure.kind === "api-error" ? "unknown" : failure.kind;
  const allowed = limits.retries[kind];
  const used = of.earlier.length;
  if (used >= allowed) return giveUp(of, `${describeCount(allowed)} for this kind of failure`);
  if (history.filter((one) => !isWait(one)).length >= limits.retriesInAll)
    return giveUp(of, `${describeCount(limits.retriesInAll)} for one task`);
  return {
    action: strategies[kind](of),
    why: `${failure.reason} → ${describeStrategy[kind]} (retry ${used + 1} of ${allowed} for ${failure.kind}).`,
  };
}

const describeStrategy: Record<RetriedKind, string> = {
  "context-overflow": "a new session with half the context",
  "mcp-server": "again, without the server once it has failed twice and is not required",
  "mcp-policy": "a new session that is told what was missing",
  timeout: "a new session that is told of the time-out",
  "file-conflict": "a new session that is shown both sides",
  "test-failure": "a new session that is shown what failed",
  gate: "a new session that is told what the gate refused",
  "resource-limit": "again after a wait",
  "task-budget": "a new session that is told to take larger steps",
  stuck: "a new session that is told what the last one repeated",
  "no-change": "a new session that is told that nothing had changed",
  unknown: "again after a short wait",
};

const strategies: Record<RetriedKind, (of: Case) => RecoveryAction> = {
  "context-overflow": (of) =>
    retry(of, {
      contextShare: 0.5,
      note: "An earlier session on this task ran out of its context window. What it finished is in the files; read only what you need of them, and in parts.",
    }),
  "mcp-server": (of) => retry(of, { delayMs: firstWait(of) }),
  "mcp-policy": (of) => retry(of, { note: `An earlier session on this task did not count: ${of.failure.reason}` }),
  timeout: (of) =>
    retry(of, {
      note: `An earlier session on this task was ended: ${of.failure.reason} Start nothing that waits for input or runs for ever; run servers in the background and end them.`,
    }),
  "file-conflict": (of) =>
    retry(of, {
      note: `The work on this task could not be merged with what was finished meanwhile: ${of.failure.reason}`,
    }),
  "test-failure": (of) => retry(of, { note: `The checks after this task failed: ${of.failure.reason}` }),
  gate: (of) => retry(of, { note: `An earlier session on this task did not count: ${of.failure.reason}` }),
  "resource-limit": (of) => retry(of, { delayMs: of.limits.longestWaitMs / 4 }),
  "task-budget": (of) =>
    retry(of, {
      note: `An earlier session on this task was ended: ${of.failure.reason} Make the files the task names first, several in one step, and check them once at the end.`,
    }),
  stuck: (of) =>
    retry(of, { note: `An earlier session on this task got stuck: ${of.failure.reason} Go about it another way.` }),
  "no-change": (of) =>
    retry(of, {
      note: "An earlier session on this task ended without having changed a file. Make what the task describes; if it is there already and right, say so and end.",
    }),
  unknown: (of) => retry(of, { delayMs: firstWait(of) }),
};

/** The model server refuses for now: wait, longer each time, within the time budget; then the whole build rests and tries again; in the end a person has to look. */
function waitForServer(of: Case): Recovery {
  const { failure, limits } = of;
  const waits = of.history.filter(isWait);
  const { waitedMs, restedMs, rests } = sumWaits(waits, limits);
  const nextMs = longestWait(failure, waits.length - rests, limits);
  if (rests === 0 && waitedMs + nextMs <= limits.waitBudgetMs) {
    const base = backOff(waits.length, limits);
    const delayMs = Math.round(Math.max(failure.retryAfterMs ?? 0, base / 2) + (base / 2) * limits.random);
    return {
      action: retry(of, { delayMs }),
      why: `${failure.reason} → again after ${describeTime(delayMs)}, with the same session where that is cheaper (wait ${waits.length + 1}; ${describeTime(waitedMs)} of ${describeTime(limits.waitBudgetMs)} waited).`,
    };
  }
  const restMs = nextRest(failure, rests, limits);
  const reason = `The model server has not taken calls for ${describeTime(waitedMs + restedMs)}: ${failure.reason}`;
  const mayRest = restedMs + restMs <= limits.restBudgetMs;
  return {
    action: { type: "pause-build", reason, resumeAfterMs: mayRest ? restMs : undefined },
    why: mayRest
      ? `${failure.reason} → the build rests for ${describeTime(restMs)} and tries again (a task may wait ${describeTime(limits.waitBudgetMs)}, the build rest ${describeTime(limits.restBudgetMs)}; ${describeTime(restedMs)} rested).`
      : `${failure.reason} → the build ends at its last checkpoint, to be gone on with (it has rested ${describeTime(restedMs)} of ${describeTime(limits.restBudgetMs)}).`,
  };
}

/** What earlier failures of the model server came to, at most: waits of the task up to their budget, and from then on rests of the build. */
function sumWaits(waits: readonly Failure[], limits: RecoveryLimits) {
  const sum = { waitedMs: 0, restedMs: 0, rests: 0 };
  for (const [index, one] of waits.entries()) {
    const waitMs = longestWait(one, index - sum.rests, limits);
    if (sum.rests === 0 && sum.waitedMs + waitMs <= limits.waitBudgetMs) sum.waitedMs += waitMs;
    else sum.restedMs += nextRest(one, sum.rests++, limits);
  }
  return sum;
}

/** Rests begin with the longest wait and double. */
function nextRest(failure: Failure, rests: number, { longestWaitMs, longestRestMs }: RecoveryLimits): number {
  const doubled = longestWaitMs * 2 ** Math.min(rests, 30);
  return Math.round(Math.max(1, failure.retryAfterMs ?? 0, Math.min(longestRestMs, doubled)));
}

function describeTime(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** Failures that pass by themselves and are no fault of the task. */
export function isWait({ kind, permanent }: Failure): boolean {
  return kind === "rate-limit" || (kind === "api-error" && permanent !== true);
}

function backOff(count: number, { firstWaitMs, longestWaitMs }: RecoveryLimits): number {
  return Math.max(1, Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(count, 30)));
}

/** The most that a wait can have been, whatever chance said. */
function longestWait(failure: Failure, count: number, limits: RecoveryLimits): number {
  const base = backOff(count, limits);
  return Math.max(failure.retryAfterMs ?? 0, base / 2) + base / 2;
}

function firstWait({ earlier, limits }: Case): number {
  const base = backOff(earlier.length, limits);
  return Math.round(base / 2 + (base / 2) * limits.random);
}

type Retry = Extract<RecoveryAction, { type: "retry" }>;

/** A retry keeps what earlier failures taught: a smaller context, and servers to go without. */
function retry({ failure, history, limits }: Case, change: Partial<Omit<Retry, "type">>): Retry {
  const all = [...history, failure];
  return {
    type: "retry",
    delayMs: 0,
    contextShare: all.some(({ kind }) => kind === "context-overflow") ? 0.5 : 1,
    withoutServers: listLeftOut(all, limits.requiredServers),
    note: "",
    ...change,
  };
}

/** Servers that failed twice and are not required. */
function listLeftOut(failures: readonly Failure[], required: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const { kind, server } of failures) {
    if (kind === "mcp-server" && server !== undefined) counts.set(server, (counts.get(server) ?? 0) + 1);
  }
  return [...counts].flatMap(([server, count]) => (count >= 2 && !required.includes(server) ? [server] : []));
}

/** No retry makes a key right or a cap higher. */
function stopBuild({ kind, reason }: Failure): Recovery {
  return kind === "build-budget"
    ? {
        action: { type: "stop-build", outcome: "budget-reached", reason },
        why: `${reason} → the build ends at its cost cap; a higher --max-cost goes on from here.`,
      }
    : {
        action: { type: "stop-build", outcome: "failed", reason },
        why: `${reason} → the build ends, since only a person can mend the credentials; it goes on from here once they are right.`,
      };
}

function giveUp({ failure, history, limits }: Case, limit: string): Recovery {
  const { reason } = failure;
  const end = (action: RecoveryAction, what: string) => ({ action, why: `${reason} → ${what} (${limit}).` });
  switch (failure.kind) {
    case "no-change":
      return end({ type: "accept-task", reason }, "the task is taken as done");
    case "mcp-server":
      if (failure.server === undefined || !limits.requiredServers.includes(failure.server)) break;
      return end({ type: "stop-build", outcome: "failed", reason }, "the build ends, since the server is required");
    case "resource-limit":
      return end(
        { type: "pause-build", reason, resumeAfterMs: undefined },
        "the build rests until there is room on this machine",
      );
  }
  const before = history.length === 0 ? "" : ` (after ${history.length} earlier failures)`;
  return end({ type: "fail-task", reason: `${reason}${before}` }, "the task has failed");
}

function describeCount(count: number): string {
  return count === 0 ? "no retry is allowed" : `${count} ${count === 1 ? "retry is" : "retries are"} allowed`;
}
