import type { ModelUsage, SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { addUsage, noUsage, type TaskRunFailure, type TaskRunResult, type Usage } from "@ccb/core";
import type { StopCause } from "./create-session-watch.ts";

/** How a session ended, from all that was seen of it; pure. `failure` is there unless it is done. */
export function judgeSessionEnd(seen: {
  cause: StopCause | undefined;
  /** The last result message; error results are followed by an exception, the result counts. */
  result: SDKResultMessage | undefined;
  failure: unknown;
  /** Answers of the model. */
  turns: number;
  /** The end of what the process wrote to its standard error. */
  standardError: string;
  /** Milliseconds before the last try of a refused call. */
  retryAfterMs: number | undefined;
  /** The tool that had not answered, and for how long. */
  waitingFor?: string | undefined;
}): Pick<TaskRunResult, "status" | "reason" | "failure"> {
  const verdict = judge(seen);
  if (verdict.status === "done") return verdict;
  const { cause, result, retryAfterMs } = seen;
  const stopped = cause !== undefined && "failure" in cause ? cause.failure : undefined;
  const apiStatus = result?.subtype === "success" ? result.api_error_status : undefined;
  const failure: TaskRunFailure = {
    ...(typeof apiStatus === "number" ? { apiStatus } : {}),
    ...(result?.terminal_reason === undefined ? {} : { terminalReason: result.terminal_reason }),
    ...(result?.subtype === "error_max_turns" ? { limit: "turns" as const } : {}),
    ...(typeof apiStatus === "number" && retryAfterMs !== undefined ? { retryAfterMs } : {}),
    ...stopped,
  };
  return { ...verdict, failure };
}

function judge(seen: {
  cause: StopCause | undefined;
  result: SDKResultMessage | undefined;
  failure: unknown;
  turns: number;
  standardError: string;
  waitingFor?: string | undefined;
}): Pick<TaskRunResult, "status" | "reason"> {
  const { cause, result, waitingFor } = seen;
  if (cause !== undefined && "reason" in cause && cause.status !== "bug") {
    const waited = cause.status === "limit" && waitingFor !== undefined ? ` It was waiting for ${waitingFor}.` : "";
    return { status: cause.status, reason: `${cause.reason}${waited}` };
  }
  if (result === undefined) return { status: "failed", reason: renderFailure(seen) };
  if (result.subtype === "error_max_turns") {
    return { status: "limit", reason: `The session used up its turns (${seen.turns} answers of the model).` };
  }
  if (result.subtype !== "success") {
    return {
      status: "failed",
      reason: oneLine(`Claude Code ended with ${result.subtype}: ${result.errors.join("; ")}`),
    };
  }
  if (!result.is_error)
    return { status: "done", reason: `The session ended by itself after ${seen.turns} answers of the model.` };
  // The binary puts its own guess ("Failed to authenticate") before what the server said.
  const said = result.result.replace(/^(?:Failed to authenticate\. )?API Error: \d{3}\s*/, "") || "it gave no reason";
  if (result.api_error_status === 403) {
    return { status: "refused", reason: oneLine(`The model server refused the call: ${said}`) };
  }
  const status = typeof result.api_error_status === "number" ? ` (status ${result.api_error_status})` : "";
  return { status: "failed", reason: oneLine(`A model call failed${status}: ${said}`) };
}

/** The usage of all models of the session, or undefined where it did not report any. */
export function sumReportedUsage(result: SDKResultMessage | undefined): Usage | undefined {
  if (result === undefined) return undefined;
  return Object.values(result.modelUsage).reduce<Usage>((sum, usage) => addUsage(sum, readUsage(usage)), noUsage);
}

function readUsage(usage: ModelUsage): Usage {
  const write1h = usage.cacheCreationEphemeral1hInputTokens ?? 0;
  return {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheReadTokens: usage.cacheReadInputTokens,
    cacheWrite5mTokens: Math.max(0, usage.cacheCreationInputTokens - write1h),
    cacheWrite1hTokens: write1h,
    webSearchRequests: usage.webSearchRequests,
  };
}

function renderFailure(seen: { failure: unknown; standardError: string }): string {
  const failure = seen.failure instanceof Error ? seen.failure.message : "its output ended early";
  const lastLine = seen.standardError.trim().split("\n").at(-1) ?? "";
  return oneLine(`Claude Code ended without a result: ${failure}${lastLine === "" ? "" : ` (${lastLine})`}`);
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 600 ? `${line.slice(0, 599)}…` : line;
}
