// Fills metrics from events and raises an alert: node --conditions=ccb-source packages/telemetry/examples/watch-calls.ts
import assert from "node:assert/strict";
import { noUsage } from "@ccb/core";
import { createAlertWatch, createMetrics, startMetricsServer, type TelemetryEvent } from "@ccb/telemetry";

const at = new Date().toISOString();
const call = (totalMicroUsd: number): TelemetryEvent => ({
  type: "call-end",
  at,
  scope: { build: "b-1", phase: undefined, task: undefined, agent: "claude-code" },
  model: "claude-opus-5-5",
  outcome: "answered",
  usage: { ...noUsage, inputTokens: 1_200, outputTokens: 300 },
  costMicroUsd: 4_500_000,
  totalMicroUsd,
  latencyMs: 2_100,
});
const events: TelemetryEvent[] = [
  { type: "budget-set", at, capMicroUsd: 10_000_000, totalMicroUsd: 0 },
  call(4_500_000),
  call(9_000_000),
];

const metrics = await createMetrics();
const watch = createAlertWatch({ costShare: 0.8 });
for (const event of events) {
  metrics.take(event);
  for (const { alert, message } of watch.take(event)) console.log(`${alert}: ${message}`);
}
const server = await startMetricsServer({ metrics, port: 0 });
const text = await (await fetch(server.url)).text();
const left = text.split("\n").find((line) => line.startsWith("ccb_budget_left_usd"));
console.log(left);
await server.close();
assert.equal(left, "ccb_budget_left_usd 1");
