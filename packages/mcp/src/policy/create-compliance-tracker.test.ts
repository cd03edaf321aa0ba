import type { McpServerDefinition, ToolUse } from "@ccb/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mandatoryServers } from "../servers/mandatory-servers.ts";
import { createComplianceTracker } from "./create-compliance-tracker.ts";
import { defaultPolicy } from "./default-policy.ts";

const servers = mandatoryServers({ projectDirectory: "/a/project" });

function use(tool: string, response = "{}", succeeded = true): ToolUse {
  const name = `mcp__${tool}`;
  const server = /^mcp__(.+?)__/.exec(name)?.[1];
  return { id: "1", name, server, input: {}, succeeded, response, durationMs: 1, endedAt: "2026-01-01T00:00:00.000Z" };
}

const stored = use("memory__create_entities", '{"entities":[{"name":"a"}]}');
const looked = use("git__git_status", '{"success":true}');

function judge(uses: ToolUse[], more: { servers?: McpServerDefinition[]; unavailable?: { name: string }[] } = {}) {
  const tracker = createComplianceTracker({ policy: defaultPolicy, servers, ...more });
  for (const entry of uses) tracker.record(entry);
  return tracker.judge("task_complete");
}

const missingServers = (verdict: ReturnType<typeof judge>) =>
  verdict.ok ? [] : verdict.missing.map(({ server }) => server);

describe("at the end of a task", () => {
  it("memory must have been written and git used", () => {
    expect(judge([stored, looked])).toMatchObject({ ok: true });
    expect(missingServers(judge([]))).toEqual(["memory", "git"]);
    expect(missingServers(judge([looked]))).toEqual(["memory"]);
  });

  it.each([
    ["a call that failed", use("memory__create_entities", "boom", false)],
    ["a call that only read", use("memory__read_graph", '{"entities":[{"name":"a"}]}')],
    ["a write that stored nothing", use("memory__create_entities", '{"entities":[]}')],
    ["the same, as plain content", use("memory__create_entities", "[]")],
    [
      "an observation that was known",
      use("memory__add_observations", '{"results":[{"entityName":"a","addedObservations":[]}]}'),
    ],
    ["an error without isError", use("memory__create_entities", "Error: disk full")],
  ])("%s does not count", (_what, entry) => {
    expect(missingServers(judge([entry, looked]))).toEqual(["memory"]);
  });

  it("observations count when at least one is new", () => {
    const answer =
      '{"results":[{"entityName":"a","addedObservations":[]},{"entityName":"b","addedObservations":["x"]}]}';
    expect(judge([use("memory__add_observations", answer), looked]).ok).toBe(true);
  });

  it("says what is missing, why, and how to mend it", () => {
    const verdict = judge([use("git__git_status", "Error: No session working directory set.", false)]);
    if (verdict.ok) throw new Error("expected a refusal");
    expect(verdict.missing[1]).toMatchObject({
      server: "git",
      why: expect.stringContaining("No session working directory"),
    });
    expect(verdict.message).toContain("mcp__memory__create_entities");
    expect(verdict.message).toContain('mcp__git__git_status {"path": "./"}');
  });

  it("calls before the task began do not count", () => {
    const tracker = createComplianceTracker({ policy: defaultPolicy, servers });
    tracker.record(stored);
    tracker.record(looked);
    tracker.beginTask();
    expect(missingServers(tracker.judge("task_complete"))).toEqual(["memory", "git"]);
  });

  it("asks nothing of a server that is unavailable, and nothing at points that are not its own", () => {
    expect(missingServers(judge([stored], { unavailable: [{ name: "git" }] }))).toEqual([]);
    const tracker = createComplianceTracker({ policy: defaultPolicy, servers });
    expect(tracker.judge("file_read")).toMatchObject({ ok: true });
  });

  it("asks for a custom server when it is required at this point", () => {
    const transport = { type: "http" as const, url: "http://127.0.0.1:1", headers: {} };
    const reviewer: McpServerDefinition = {
      name: "code-reviewer",
      description: "review",
      transport,
      required: true,
      enforceAt: ["task_complete"],
      alwaysLoad: false,
    };
    const all = [...servers, reviewer];
    expect(missingServers(judge([stored, looked], { servers: all }))).toEqual(["code-reviewer"]);
    expect(judge([stored, looked, use("code-reviewer__review")], { servers: all }).ok).toBe(true);
    expect(judge([stored, looked], { servers: [...servers, { ...reviewer, required: false }] }).ok).toBe(true);
  });

  it("holds exactly when both have succeeded, in whatever order and company", () => {
    const anyUse = fc.constantFrom(
      stored,
      looked,
      use("memory__read_graph"),
      use("git__git_set_working_dir"),
      use("git__git_log", "fatal", false),
      use("filesystem__write_file"),
      use("other__tool"),
    );
    fc.assert(
      fc.property(fc.array(anyUse, { maxLength: 12 }), (uses) => {
        expect(judge(uses).ok).toBe(uses.includes(stored) && uses.includes(looked));
      }),
    );
  });
});
