import { setTimeout as delay } from "node:timers/promises";
import { noUsage } from "@ccb/core";
import { expect, test } from "vitest";
import { startCollector } from "../_testing/start-collector.ts";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { createTraceExporter } from "./create-trace-exporter.ts";
import { planTraceIds } from "./plan-trace-ids.ts";

const time = (second: number) => new Date(Date.UTC(2026, 10, 28, 10, 0, second)).toISOString();
const nano = (second: number) => `${Date.parse(time(second))}000000`;

const start = (run: number): TelemetryEvent => ({
  type: "build-start",
  at: time(0),
  build: "b-1",
  project: "shop",
  directory: "/x",
  model: "claude-opus-5-5",
  resumed: run > 1,
  run,
});
const call = (second: number, place: { phase?: string; task?: string; agent?: string }): TelemetryEvent => ({
  type: "call-end",
  at: time(second),
  scope: { build: "b-1", phase: place.phase, task: place.task, agent: place.agent ?? "claude-code" },
  model: "claude-opus-5-5",
  outcome: "answered",
  usage: { ...noUsage, inputTokens: 10, outputTokens: 2 },
  costMicroUsd: 5,
  totalMicroUsd: 5,
  latencyMs: 1000,
});
const taskEnd = { phase: "p1", task: "t1", reason: "", commit: "abc", files: 2, durationMs: 1 } as const;

const whole: TelemetryEvent[] = [
  start(1),
  { type: "stage-start", at: time(1), stage: "plan" },
  call(3, { agent: "task-generator" }),
  { type: "stage-end", at: time(4), stage: "plan", reused: false, durationMs: 1, summary: "" },
  { type: "stage-start", at: time(4), stage: "execution" },
  { type: "phase-start", at: time(5), phase: "p1", name: "One", number: 1, tasks: 1 },
  { type: "task-start", at: time(6), phase: "p1", task: "t1", name: "T", attempt: 1 },
  {
    type: "recovery-chosen",
    at: time(8),
    phase: "p1",
    task: "t1",
    attempt: 1,
    failure: "timeout",
    action: "retry",
    why: "",
  },
  { type: "task-start", at: time(9), phase: "p1", task: "t1", name: "T", attempt: 2 },
  call(12, { phase: "p1", task: "t1" }),
  { type: "mcp-used", at: time(13), phase: "p1", task: "t1", server: "git", tool: "git_status", succeeded: true },
  { ...taskEnd, type: "task-end", at: time(14), outcome: "done" },
  { type: "phase-end", at: time(15), phase: "p1", passed: true, criteriaPassed: 3, criteriaTotal: 3, durationMs: 1 },
  { type: "build-end", at: time(16), outcome: "done", reason: "", directory: "/x", costMicroUsd: 5, durationMs: 1 },
];

async function exportAll(events: TelemetryEvent[]) {
  const collector = await startCollector();
  const exporter = await createTraceExporter({ endpoint: collector.url });
  for (const event of events) exporter.take(event);
  await exporter.close();
  collector.close();
  return collector;
}

test("build, phase, task and call hang together, with the times of the events", async () => {
  const { spans, requests } = await exportAll(whole);
  expect(new Set(requests)).toEqual(new Set(["POST /v1/traces application/json"]));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const path = (span: (typeof spans)[number]): string => {
    const parent = span.parentSpanId && byId.get(span.parentSpanId);
    return parent ? `${path(parent)} > ${span.name}` : span.name;
  };
  expect(spans.map(path).sort()).toEqual([
    "build shop",
    "build shop > phase p1",
    "build shop > phase p1 > task t1",
    "build shop > phase p1 > task t1",
    "build shop > phase p1 > task t1 > chat claude-opus-5-5",
    "build shop > stage plan",
    "build shop > stage plan > chat claude-opus-5-5",
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([planTraceIds("b-1", 1).traceId]));
  const chat = spans.find((span) => path(span).endsWith("task t1 > chat claude-opus-5-5"));
  expect(chat).toMatchObject({ kind: 3, startTimeUnixNano: nano(11), endTimeUnixNano: nano(12) });
  expect(chat?.attributes).toContainEqual({ key: "gen_ai.usage.input_tokens", value: { intValue: 10 } });
  const tries = spans.filter(({ name }) => name === "task t1");
  expect(tries.map(({ status }) => status?.code ?? 0).sort()).toEqual([0, 2]);
  expect(tries.flatMap(({ events }) => events ?? []).map(({ name }) => name)).toEqual(["mcp-used"]);
  expect(spans.find(({ name }) => name === "build shop")).toMatchObject({ endTimeUnixNano: nano(16), links: [] });
});

/** Numbered, as a journal has them. */
const numbered = (events: TelemetryEvent[]) => events.map((event, at) => ({ ...event, sequence: at + 1 }));

test("what a killed run had open is ended and sent by the next one, under the ids that its children name", async () => {
  const collector = await startCollector();
  const events = numbered([...whole.slice(0, 10), call(40, { phase: "p1", task: "t1" })]);
  const killed = await createTraceExporter({ endpoint: collector.url });
  for (const event of events) killed.take(event);
  while (collector.spans.filter(({ name }) => name.startsWith("chat ")).length < 3) await delay(20);
  // Killed here: what follows is another process.
  const sent = collector.spans.splice(0);
  expect(sent.map(({ name }) => name)).not.toEqual(expect.arrayContaining(["build shop", "phase p1"]));
  const next = await createTraceExporter({ endpoint: collector.url });
  next.recall(events);
  next.take({ ...start(2), sequence: 99 });
  await next.close();
  const spans = collector.spans.splice(0);
  await killed.close();
  collector.close();

  const of = (name: string) => spans.filter((span) => span.name === name);
  const [first, second] = [planTraceIds("b-1", 1), planTraceIds("b-1", 2)];
  const [before, after] = [of("build shop")[0], of("build shop")[1]];
  expect(before).toMatchObject({ traceId: first.traceId, spanId: first.rootSpanId, endTimeUnixNano: nano(40) });
  expect(before?.status).toEqual({ code: 2, message: "cut" });
  expect(after).toMatchObject({ traceId: second.traceId, spanId: second.rootSpanId });
  expect(of("phase p1")).toMatchObject([
    { parentSpanId: before?.spanId, status: { code: 2 }, endTimeUnixNano: nano(40) },
  ]);
  expect(of("task t1")).toMatchObject([
    { parentSpanId: of("phase p1")[0]?.spanId, status: { code: 2, message: "cut" } },
  ]);
  // The first try and its like ended long before: they had been sent. The last call may not have been, and comes again as itself.
  const last = sent.filter(({ parentSpanId }) => parentSpanId === of("task t1")[0]?.spanId).at(-1);
  expect(of("chat claude-opus-5-5").map(({ spanId }) => spanId)).toEqual([last?.spanId]);
  expect(last?.endTimeUnixNano).toBe(nano(40));
});

test("of a run that came to its end nothing is sent again", async () => {
  const collector = await startCollector();
  const exporter = await createTraceExporter({ endpoint: collector.url });
  exporter.recall(numbered(whole));
  exporter.recall([]);
  await exporter.close();
  collector.close();
  expect(collector.spans).toEqual([]);
});

test("a later run is a trace of its own that is linked to the one before", async () => {
  const { spans } = await exportAll([start(2), call(3, {})]);
  const root = spans.find(({ name }) => name === "build shop");
  const [first, second] = [planTraceIds("b-1", 1), planTraceIds("b-1", 2)];
  expect(root).toMatchObject({ traceId: second.traceId, spanId: second.rootSpanId, status: { code: 2 } });
  expect(root?.links).toMatchObject([{ traceId: first.traceId, spanId: first.rootSpanId }]);
});

test("the calls of a gateway alone are traces of their own", async () => {
  const { spans } = await exportAll([call(3, {}), call(4, {})]);
  expect(spans.map(({ parentSpanId }) => parentSpanId ?? "")).toEqual(["", ""]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
});

test("a collector that is not there is told of once and holds nothing up", async () => {
  const problems: string[] = [];
  const startedMs = performance.now();
  const exporter = await createTraceExporter({
    endpoint: "http://127.0.0.1:9",
    onProblem: (message) => problems.push(message),
  });
  for (const event of whole) exporter.take(event);
  await exporter.close();
  expect(performance.now() - startedMs).toBeLessThan(8_000);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^Traces cannot be delivered to 127\.0\.0\.1:9: /);
});

test("an endpoint that is no URL is refused", async () => {
  await expect(createTraceExporter({ endpoint: "collector:4317" })).rejects.toMatchObject({ code: "usage" });
});
