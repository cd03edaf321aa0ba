import type { TaskRunResult } from "@ccb/core";
import type { Failure } from "./failure.ts";

/** All that is known of a session that has ended. */
export interface EndedSession {
  run: TaskRunResult;
  /** Why the session was stopped as stuck. */
  stuck: string | undefined;
  /** What of the MCP policy it violated. */
  violation: string | undefined;
  /** Files it changed since its start; undefined where that was not looked at. */
  changedFiles: number | undefined;
  /** Files its task was to create or change. */
  declaredFiles: number;
}

/** Words of the system that say that this machine is at its end; as they stand in the output of commands and of the binary. */
const exhausted =
  /\b(?:ENOSPC|EDQUOT|ENOMEM|EMFILE|ENFILE)\b|no space left on device|\bdisk full\b|disk quota exceeded|cannot allocate memory|heap out of memory|too many open files/i;

/** How many of the last tool calls are looked at for such words. */
const lookedBackCalls = 5;

/** What the gateway begins its refusals with. */
const capWords = /\bbudget\b|\bcap\b/i;

const overflowReasons = new Set(["prompt_too_long", "blocking_limit", "rapid_refill_breaker", "image_error"]);
const overflowWords = /prompt is too long|context (?:window|length|limit)|request too large/i;
const moneyWords = /credit balance|billing|quota exceeded/i;
const connectionWords =
  /\bE(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|AI_AGAIN)\b|connection (?:error|refused|reset)|fetch failed/i;

/**
 * What went wrong with a session, from what the executor reports; undefined where nothing did, or where it was stopped on request. Pure. Statuses and words are
 * those of Claude Code 2.1.329; text decides only where an executor reports no typed `failure`.
 */
export function classifyFailure(seen: EndedSession): Failure | undefined {
  const { run } = seen;
  if (seen.stuck !== undefined) return { kind: "stuck", reason: seen.stuck };
  switch (run.status) {
    case "aborted":
      return undefined;
    case "done":
      return classifyDone(seen);
    case "limit":
      return classifyLimit(run);
    case "refused":
      return classifyRefusal(run);
    case "failed":
      return classifyFailed(run);
  }
}

/** On a full disk a model may well say that it is done: Claude Code reports the failed writes and goes on. */
function classifyDone({ run, violation, changedFiles, declaredFiles }: EndedSession): Failure | undefined {
  const exhaustion = findExhaustion(run);
  if (exhaustion) return exhaustion;
  if (violation !== undefined) return { kind: "mcp-policy", reason: `MCP policy violated: ${violation}.` };
  if (changedFiles !== 0 || declaredFiles === 0) return undefined;
  return { kind: "no-change", reason: "The session ended without having changed a file." };
}

function classifyLimit(run: TaskRunResult): Failure {
  const turns = run.failure?.limit === "turns" || run.failure?.terminalReason === "max_turns";
  if (turns || (run.failure?.limit === undefined && /\bturns\b/.test(run.reason)))
    return { kind: "task-budget", reason: run.reason };
  return findExhaustion(run) ?? { kind: "timeout", reason: run.reason };
}

/** A 403 is the gateway's word for the cap, and Anthropic's for a missing permission. */
function classifyRefusal({ failure, reason }: TaskRunResult): Failure {
  const isCap = failure?.apiStatus === undefined || capWords.test(reason);
  return { kind: isCap ? "build-budget" : "credentials", reason };
}

function classifyFailed(run: TaskRunResult): Failure {
  const { reason, failure = {} } = run;
  const [server] = failure.missingServers ?? [];
  if (server !== undefined) return { kind: "mcp-server", reason, server };
  if (failure.terminalReason === "budget_exhausted") return { kind: "task-budget", reason };
  if (isOverflow(failure, reason)) return { kind: "context-overflow", reason };
  return classifyStatus(run) ?? findExhaustion(run) ?? classifyWords(reason);
}

function isOverflow({ apiStatus, terminalReason = "" }: { apiStatus?: number; terminalReason?: string }, text: string) {
  if (apiStatus === 413 || overflowReasons.has(terminalReason)) return true;
  return (apiStatus === undefined || apiStatus === 400) && overflowWords.test(text);
}

function classifyStatus({ failure, reason }: TaskRunResult): Failure | undefined {
  const status = failure?.apiStatus;
  if (status === undefined) return undefined;
  const wait = failure?.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs };
  if (status === 429) return { kind: "rate-limit", reason, ...wait };
  if ([401, 402, 403, 404].includes(status) || moneyWords.test(reason)) return { kind: "credentials", reason };
  if (status >= 500 || status === 408 || status === 409) return { kind: "api-error", reason, ...wait };
  return { kind: "api-error", reason, permanent: true };
}

function classifyWords(reason: string): Failure {
  return { kind: connectionWords.test(reason) ? "api-error" : "unknown", reason };
}

/** The machine's end shows in the reason, or in a call that failed shortly before while none of the same tool succeeded after it. */
function findExhaustion(run: TaskRunResult): Failure | undefined {
  if (run.status !== "done" && exhausted.test(run.reason)) return { kind: "resource-limit", reason: run.reason };
  const last = run.toolUses.slice(-lookedBackCalls);
  const at = last.findLastIndex(({ succeeded, response }) => !succeeded && exhausted.test(response));
  const use = last[at];
  if (!use || last.slice(at).some(({ name, succeeded }) => succeeded && name === use.name)) return undefined;
  const found = exhausted.exec(use.response)?.[0];
  return { kind: "resource-limit", reason: `${run.reason} ${use.name} had failed with "${found}".` };
}
