import type { Usage } from "@ccb/core";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { createInstruments, type Instruments } from "./_instruments.ts";
import { createTaskStates } from "./_task-states.ts";

/** Metrics in Prometheus' text format, filled from events. */
export interface Metrics {
  take(event: TelemetryEvent): void;
  /** Everything as Prometheus scrapes it. */
  render(): Promise<string>;
  /** Of `render`, for the `content-type` header. */
  contentType: string;
}

/** Makes the metrics of one build or gateway; names begin with `ccb_` and are listed in docs/telemetry.md. prom-client is loaded here and not before. */
export async function createMetrics(): Promise<Metrics> {
  const { default: prometheus } = await import("prom-client");
  const instruments = createInstruments(prometheus);
  const { registry, tasks } = instruments;
  const states = createTaskStates();
  const money = createMoney(instruments);
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    take(event) {
      for (const [state, count] of states.take(event)) tasks.set({ state }, count);
      if (event.type === "call-end") takeCall(instruments, event);
      else takeEvent(instruments, event);
      money.take(event);
    },
  };
}

function takeCall(to: Instruments, event: Extract<TelemetryEvent, { type: "call-end" }>): void {
  const { model, usage, scope, costMicroUsd, firstByteMs, latencyMs, outcome: status } = event;
  const { agent } = scope;
  to.calls.inc({ model, agent, status });
  for (const [kind, count] of tokenKinds(usage)) if (count > 0) to.tokens.inc({ model, agent, kind }, count);
  if (costMicroUsd === undefined) to.unpriced.inc({ model });
  else to.cost.inc({ model, agent }, costMicroUsd / 1e6);
  to.latency.observe({ model, agent }, latencyMs / 1000);
  if (firstByteMs !== undefined) to.firstByte.observe({ model, agent }, firstByteMs / 1000);
}

function takeEvent(to: Instruments, event: TelemetryEvent): void {
  switch (event.type) {
    case "build-start": {
      const { build, project, model } = event;
      to.build.set({ build, project, model }, 1);
      break;
    }
    case "call-refused":
      to.refused.inc({ model: event.model, agent: event.scope.agent });
      break;
    case "recovery-chosen":
      to.retries.inc({ failure: event.failure, action: event.action });
      break;
    case "mcp-used": {
      const { server, tool, succeeded } = event;
      to.mcpCalls.inc({ server, tool, status: succeeded ? "succeeded" : "failed" });
      break;
    }
    case "mcp-judged":
      to.judged.inc({ server: event.server, level: event.level, met: String(event.met) });
      break;
    case "alert-raised":
    case "alert-cleared":
      to.alerts.set({ alert: event.alert, subject: event.subject ?? "" }, event.type === "alert-raised" ? 1 : 0);
      break;
  }
}

/** What is spent and left, and what the cache saves. */
function createMoney({ spent, budget, left, cacheShare }: Instruments): { take(event: TelemetryEvent): void } {
  // A gauge without labels shows 0 before it is set; what is not known must not be shown.
  for (const unknown of [budget, left, cacheShare]) unknown.remove();
  const prompt = { all: 0, cached: 0 };
  let cap: number | undefined;
  const setSpent = (total: number): void => {
    spent.set(total / 1e6);
    if (cap !== undefined) left.set(Math.max(0, cap - total) / 1e6);
  };
  return {
    take(event) {
      if (event.type === "build-start" || event.type === "budget-set") {
        cap = event.capMicroUsd;
        if (cap !== undefined) budget.set(cap / 1e6);
        setSpent((event.type === "build-start" ? event.spentMicroUsd : event.totalMicroUsd) ?? 0);
      } else if (event.type === "call-end") {
        const { usage } = event;
        prompt.cached += usage.cacheReadTokens;
        prompt.all += usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
        if (prompt.all > 0) cacheShare.set(prompt.cached / prompt.all);
        setSpent(event.totalMicroUsd);
      }
    },
  };
}

function tokenKinds(usage: Usage): [kind: string, count: number][] {
  return [
    ["input", usage.inputTokens],
    ["output", usage.outputTokens],
    ["cache_read", usage.cacheReadTokens],
    ["cache_write_5m", usage.cacheWrite5mTokens],
    ["cache_write_1h", usage.cacheWrite1hTokens],
  ];
}
