import { spawnSync } from "node:child_process";
import { noUsage } from "@ccb/core";
import { expect, test } from "vitest";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { createMetrics } from "./create-metrics.ts";
import { startMetricsServer } from "./start-metrics-server.ts";

const at = "2026-11-28T10:00:00.000Z";
const scope = { build: "b", phase: "p", task: "t1", agent: "claude-code" };
const start: TelemetryEvent = {
  type: "build-start",
  at,
  build: "b",
  project: 'a "quoted" name',
  directory: "/x",
  model: "claude-opus-5-5",
  resumed: true,
  capMicroUsd: 10_000_000,
  spentMicroUsd: 1_000_000,
};
const call: TelemetryEvent = {
  type: "call-end",
  at,
  scope,
  model: "claude-opus-5-5",
  outcome: "answered",
  usage: { ...noUsage, inputTokens: 100, outputTokens: 7, cacheReadTokens: 300 },
  costMicroUsd: 250_000,
  totalMicroUsd: 1_250_000,
  latencyMs: 1500,
  firstByteMs: 400,
};

async function renderAfter(events: TelemetryEvent[]): Promise<string[]> {
  const metrics = await createMetrics();
  for (const event of events) metrics.take(event);
  return (await metrics.render()).split("\n");
}

test("calls, tokens, cost, budget and cache share", async () => {
  const lines = await renderAfter([start, call, { ...call, outcome: "cut", costMicroUsd: undefined }]);
  const labels = 'model="claude-opus-5-5",agent="claude-code"';
  expect(lines).toEqual(
    expect.arrayContaining([
      `ccb_model_calls_total{${labels},status="answered"} 1`,
      `ccb_model_calls_total{${labels},status="cut"} 1`,
      `ccb_tokens_total{${labels},kind="cache_read"} 600`,
      `ccb_cost_usd_total{${labels}} 0.25`,
      'ccb_unpriced_calls_total{model="claude-opus-5-5"} 1',
      "ccb_spent_usd 1.25",
      "ccb_budget_usd 10",
      "ccb_budget_left_usd 8.75",
      "ccb_cache_read_share 0.75",
      `ccb_model_call_duration_seconds_bucket{le="2",${labels}} 2`,
      `ccb_model_call_first_byte_seconds_bucket{le="0.25",${labels}} 0`,
    ]),
  );
});

test("tasks by state, retries, MCP calls and compliance", async () => {
  const task = { phase: "p", at, reason: "", commit: undefined, files: 0, durationMs: 1 } as const;
  const lines = await renderAfter([
    { type: "phase-start", at, phase: "p", name: "P", number: 1, tasks: 4 },
    { type: "task-start", at, phase: "p", task: "t1", name: "", attempt: 1 },
    { type: "recovery-chosen", at, phase: "p", task: "t1", attempt: 1, failure: "timeout", action: "retry", why: "" },
    { type: "task-start", at, phase: "p", task: "t1", name: "", attempt: 2 },
    { ...task, type: "task-end", task: "t1", outcome: "done" },
    { type: "task-start", at, phase: "p", task: "t2", name: "", attempt: 1 },
    { ...task, type: "task-end", task: "t3", outcome: "failed" },
    { type: "mcp-used", at, phase: "p", task: "t1", server: "git", tool: "git_status", succeeded: false },
    {
      type: "mcp-judged",
      at,
      phase: "p",
      task: "t1",
      attempt: 1,
      point: "x",
      server: "git",
      level: "required",
      met: true,
      evidence: "",
    },
  ]);
  expect(lines).toEqual(
    expect.arrayContaining([
      'ccb_tasks{state="pending"} 1',
      'ccb_tasks{state="running"} 1',
      'ccb_tasks{state="done"} 1',
      'ccb_tasks{state="failed"} 1',
      'ccb_task_retries_total{failure="timeout",action="retry"} 1',
      'ccb_mcp_calls_total{server="git",tool="git_status",status="failed"} 1',
      'ccb_mcp_judgements_total{server="git",level="required",met="true"} 1',
    ]),
  );
});

test("what is not known is left out, and not shown as 0", async () => {
  const lines = await renderAfter([{ type: "budget-set", at, capMicroUsd: undefined, totalMicroUsd: 0 }]);
  expect(lines.filter((line) => /^ccb_(budget|cache)/.test(line))).toEqual([]);
});

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

// Skipped without promtool (Debian: prometheus); CI installs it.
test.skipIf(!hasPromtool)("promtool finds nothing to say about names, types, units and helps", async () => {
  const text = (await renderAfter([start, call])).join("\n");
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
});

test("the server answers GET /metrics only, and says when its port is taken", async () => {
  const metrics = await createMetrics();
  metrics.take(start);
  const server = await startMetricsServer({ metrics, port: 0 });
  const answer = await fetch(server.url);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toContain('project="a \\"quoted\\" name"');
  expect((await fetch(new URL("/", server.url))).status).toBe(404);
  expect((await fetch(server.url, { method: "POST" })).status).toBe(404);
  const port = Number(new URL(server.url).port);
  await expect(startMetricsServer({ metrics, port })).rejects.toMatchObject({ code: "usage" });
  await server.close();
});
