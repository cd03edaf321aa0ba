import type { SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import { describe, expect, it } from "vitest";
import { judgeSessionEnd, sumReportedUsage } from "./judge-session-end.ts";

/** A result message with what the verdict looks at. */
function result(fields: Record<string, unknown>): SDKResultMessage {
  const common = { type: "result", is_error: false, num_turns: 9, modelUsage: {}, errors: [], result: "" };
  return { ...common, ...fields } as unknown as SDKResultMessage;
}

const judge = (seen: Partial<Parameters<typeof judgeSessionEnd>[0]>) =>
  judgeSessionEnd({
    cause: undefined,
    result: undefined,
    failure: undefined,
    turns: 2,
    standardError: "",
    retryAfterMs: undefined,
    ...seen,
  });

describe("judgeSessionEnd", () => {
  it("takes the cause that ended the session before what the session said last", () => {
    const success = result({ subtype: "success" });
    expect(judge({ cause: { status: "aborted", reason: "Stopped." }, result: success }).status).toBe("aborted");
    expect(judge({ cause: { status: "limit", reason: "Idle.", failure: { limit: "idle" } } })).toEqual({
      status: "limit",
      reason: "Idle.",
      failure: { limit: "idle" },
    });
  });

  it("does not take a success with is_error for done", () => {
    const text = "Failed to authenticate. API Error: 403 The budget is used up.";
    const refused = judge({
      result: result({ subtype: "success", is_error: true, api_error_status: 403, result: text }),
    });
    expect(refused).toEqual({
      status: "refused",
      reason: "The model server refused the call: The budget is used up.",
      failure: { apiStatus: 403 },
    });
    const failed = judge({
      result: result({
        subtype: "success",
        is_error: true,
        api_error_status: 529,
        terminal_reason: "api_error",
        result: "API Error: 529 Overloaded",
      }),
      retryAfterMs: 2400,
    });
    expect(failed).toEqual({
      status: "failed",
      reason: "A model call failed (status 529): Overloaded",
      failure: { apiStatus: 529, terminalReason: "api_error", retryAfterMs: 2400 },
    });
    expect(judge({ result: result({ subtype: "success", is_error: true }) }).status).toBe("failed");
  });

  it("tells limits, failures and the missing result apart", () => {
    expect(judge({ result: result({ subtype: "error_max_turns", is_error: true }) })).toMatchObject({
      status: "limit",
      failure: { limit: "turns" },
    });
    const during = judge({ result: result({ subtype: "error_during_execution", is_error: true, errors: ["a\nb"] }) });
    expect(during.reason).toBe("Claude Code ended with error_during_execution: a b");
    const ended = judge({ failure: new Error("exited with code 1"), standardError: "first\nlast line\n" });
    expect(ended.reason).toBe("Claude Code ended without a result: exited with code 1 (last line)");
    const done = judge({ result: result({ subtype: "success", terminal_reason: "completed" }) });
    expect([done.status, done.failure]).toEqual(["done", undefined]);
  });
});

it("sums the usage of all models, with cache writes by lifetime", () => {
  const usage = {
    inputTokens: 1,
    outputTokens: 2,
    cacheReadInputTokens: 3,
    cacheCreationInputTokens: 10,
    webSearchRequests: 1,
  };
  const modelUsage = { a: { ...usage, cacheCreationEphemeral1hInputTokens: 4 }, b: usage };
  expect(sumReportedUsage(result({ subtype: "success", modelUsage }))).toEqual({
    inputTokens: 2,
    outputTokens: 4,
    cacheReadTokens: 6,
    cacheWrite5mTokens: 16,
    cacheWrite1hTokens: 4,
    webSearchRequests: 2,
  });
  expect(sumReportedUsage(undefined)).toBeUndefined();
});
