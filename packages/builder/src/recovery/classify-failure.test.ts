import type { TaskRunFailure, TaskRunResult, ToolUse } from "@ccb/core";
import { describe, expect, test } from "vitest";
import { classifyFailure, type EndedSession } from "./classify-failure.ts";

function run(status: TaskRunResult["status"], reason = "", failure?: TaskRunFailure): TaskRunResult {
  return {
    status,
    reason,
    ...(failure ? { failure } : {}),
    sessionId: "s",
    turns: 1,
    durationMs: 1,
    toolUses: [],
    reportedUsage: undefined,
    text: "",
  };
}

const seen = (ended: Partial<EndedSession> & { run: TaskRunResult }): EndedSession => ({
  stuck: undefined,
  violation: undefined,
  changedFiles: 1,
  declaredFiles: 1,
  ...ended,
});

const kindOf = (ended: TaskRunResult) => classifyFailure(seen({ run: ended }))?.kind;

describe("a session that ended by itself", () => {
  test("is no failure, unless it broke the policy or was to make files and made none", () => {
    const done = run("done");
    expect(classifyFailure(seen({ run: done }))).toBeUndefined();
    expect(classifyFailure(seen({ run: done, violation: "git was not used" }))?.kind).toBe("mcp-policy");
    expect(classifyFailure(seen({ run: done, changedFiles: 0 }))?.kind).toBe("no-change");
    expect(classifyFailure(seen({ run: done, changedFiles: 0, declaredFiles: 0 }))).toBeUndefined();
    expect(classifyFailure(seen({ run: done, changedFiles: undefined }))).toBeUndefined();
  });
});

test("a session that was stopped on request is no failure; one that was stopped as stuck is", () => {
  expect(classifyFailure(seen({ run: run("aborted") }))).toBeUndefined();
  expect(classifyFailure(seen({ run: run("aborted"), stuck: "The same call." }))).toEqual({
    kind: "stuck",
    reason: "The same call.",
  });
});

/** As Claude Code 2.1.329 reported them against a server that answered so. */
const cases: [kind: string, status: TaskRunResult["status"], reason: string, failure: TaskRunFailure][] = [
  ["rate-limit", "failed", "A model call failed (status 429): API Error: Request rejected (429)", { apiStatus: 429 }],
  ["api-error", "failed", "A model call failed (status 529): Overloaded", { apiStatus: 529 }],
  ["api-error", "failed", "A model call failed (status 500): Internal server error", { apiStatus: 500 }],
  [
    "api-error",
    "failed",
    "A model call failed (status 502): CCB gateway: no answer from h (ECONNREFUSED).",
    { apiStatus: 502 },
  ],
  ["credentials", "failed", "The model server does not accept the credentials (status 401).", { apiStatus: 401 }],
  ["credentials", "failed", "A model call failed (status 400): Credit balance is too low", { apiStatus: 400 }],
  [
    "credentials",
    "failed",
    "A model call failed (status 404): There's an issue with the selected model",
    { apiStatus: 404 },
  ],
  ["credentials", "refused", "The model server refused the call: Your account has no access.", { apiStatus: 403 }],
  [
    "build-budget",
    "refused",
    "The model server refused the call: CCB budget reached: The cap of $5.00 would not hold",
    { apiStatus: 403 },
  ],
  ["context-overflow", "failed", "A model call failed (status 413): Request too large (max 32MB).", { apiStatus: 413 }],
  [
    "context-overflow",
    "failed",
    "A model call failed (status 400): Prompt is too long",
    { apiStatus: 400, terminalReason: "prompt_too_long" },
  ],
  ["api-error", "failed", "A model call failed (status 400): messages.0: bad", { apiStatus: 400 }],
  ["task-budget", "limit", "The session used up its turns (200 answers of the model).", { limit: "turns" }],
  ["timeout", "limit", "The session showed no sign of life for 360 s.", { limit: "idle" }],
  ["timeout", "limit", "The session took longer than the 1800 s it was given.", { limit: "time" }],
  [
    "mcp-server",
    "failed",
    "A required MCP server did not start in the session: memory.",
    { missingServers: ["memory"] },
  ],
  [
    "resource-limit",
    "failed",
    "Claude Code ended without a result: it exited (ENOSPC: no space left on device, write)",
    {},
  ],
  ["unknown", "failed", "Claude Code ended without a result: Claude Code process terminated by signal SIGKILL", {}],
];

test.for(cases)("%s from status %s: %s", ([kind, status, reason, failure]) => {
  expect(kindOf(run(status, reason, failure))).toBe(kind);
});

test("words decide where an executor reports nothing else", () => {
  expect(kindOf(run("limit", "The session used up its turns."))).toBe("task-budget");
  expect(kindOf(run("limit", "The session took too long."))).toBe("timeout");
  expect(kindOf(run("refused", "No."))).toBe("build-budget");
  expect(kindOf(run("failed", "Connection error."))).toBe("api-error");
  expect(kindOf(run("failed", "The context window is full."))).toBe("context-overflow");
});

test("keeps what the server asked for, the server's name, and whether trying again is of use", () => {
  const classify = (failure: TaskRunFailure) => classifyFailure(seen({ run: run("failed", "It failed.", failure) }));
  expect(classify({ apiStatus: 429, retryAfterMs: 2400 })).toMatchObject({ retryAfterMs: 2400 });
  expect(classify({ missingServers: ["memory"] })).toMatchObject({ server: "memory" });
  expect(classify({ apiStatus: 400 })).toMatchObject({ permanent: true });
});

test("a command that failed on a full disk shortly before the end names the machine as the cause", () => {
  const use = (response: string, succeeded = false): ToolUse => ({
    id: "t",
    name: "Write",
    server: undefined,
    input: {},
    succeeded,
    response,
    durationMs: 1,
    endedAt: "2026-11-28T00:00:00.000Z",
  });
  const full = use("Error: ENOSPC: no space left on device, write");
  const ended = (toolUses: ToolUse[]) => kindOf({ ...run("failed", "It ended."), toolUses });
  expect(ended([full])).toBe("resource-limit");
  expect(ended([full, ...Array(6).fill({ ...use("ok", true), name: "Read" })])).toBe("unknown");
  const done = (toolUses: ToolUse[]) => kindOf({ ...run("done"), toolUses });
  expect(done([full, { ...use("ok", true), name: "Read" }])).toBe("resource-limit");
  expect(done([use("Exit code 1\nDisk full: this computer's volume")])).toBe("resource-limit");
  expect(done([full, use("written", true)])).toBeUndefined();
  expect(ended([use("the docs of ENOSPC", true)])).toBe("unknown");
});
