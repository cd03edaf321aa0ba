/** Seconds; a model call takes between a second and minutes. */
const callBuckets = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];
const firstByteBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** The metrics by name, empty, in a registry of their own. */
export function createInstruments({ Counter, Gauge, Histogram, Registry }: typeof import("prom-client")) {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `ccb_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `ccb_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `ccb_${name}`, help, labelNames: ["model", "agent"], buckets, registers });
  const by = ["model", "agent"];
  return {
    registry,
    build: gauge("build_info", "What is being built; always 1", ["build", "project", "model"]),
    calls: counter("model_calls_total", "Model calls that ended", [...by, "status"]),
    tokens: counter("tokens_total", "Tokens of model calls", [...by, "kind"]),
    cost: counter("cost_usd_total", "US dollars that model calls with a known price cost", by),
    unpriced: counter("unpriced_calls_total", "Model calls whose price is not known", ["model"]),
    refused: counter("refused_calls_total", "Model calls that a cap did not let through", by),
    latency: histogram("model_call_duration_seconds", "Seconds to the end of a model call", callBuckets),
    firstByte: histogram("model_call_first_byte_seconds", "Seconds to its first byte", firstByteBuckets),
    tasks: gauge("tasks", "Tasks of the plan by state", ["state"]),
    retries: counter("task_retries_total", "Tries of tasks after a failure", ["failure", "action"]),
    mcpCalls: counter("mcp_calls_total", "Calls of MCP tools", ["server", "tool", "status"]),
    judged: counter("mcp_judgements_total", "Whether a session used an MCP server where the policy asks for it", [
      "server",
      "level",
      "met",
    ]),
    spent: gauge("spent_usd", "US dollars spent by all runs together"),
    budget: gauge("budget_usd", "US dollars that may be spent; missing without a cap"),
    left: gauge("budget_left_usd", "US dollars left of the cap; missing without a cap"),
    cacheShare: gauge("cache_read_share", "Share of the prompt tokens that came from the cache, 0 to 1"),
    alerts: gauge("alert_raised", "1 while a threshold is crossed", ["alert", "subject"]),
  };
}

export type Instruments = ReturnType<typeof createInstruments>;
