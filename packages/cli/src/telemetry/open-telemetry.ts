import { CcbError } from "@ccb/core/errors";
import type { TelemetryEvent, TraceExporter } from "@ccb/telemetry";
import type { RunConfig } from "../config/read-config.ts";

/** Where the metrics and traces of a run go. */
export interface Telemetry {
  take(event: TelemetryEvent): void;
  /** Sends what is left of the traces; metrics end with it. */
  close(): Promise<void>;
}

/** Opens what the user asked for; metrics and tracing are loaded only then. CcbError `usage` when the port is taken. */
export async function openTelemetry(options: {
  config: RunConfig;
  /** Told where metrics are, and what goes wrong. */
  note: (text: string) => void;
}): Promise<Telemetry> {
  const { config, note } = options;
  const { metricsPort, otlpEndpoint: endpoint, otlpHeaders: headers } = config;
  if (metricsPort === undefined && endpoint === undefined) return { take: () => {}, close: async () => {} };
  const { createMetrics, createTraceExporter, startMetricsServer } = await import("@ccb/telemetry");
  const metrics = metricsPort === undefined ? undefined : await createMetrics();
  const server =
    metrics && metricsPort !== undefined ? await startMetricsServer({ metrics, port: metricsPort }) : undefined;
  if (server) note(`Metrics: ${server.url}`);
  const traces = endpoint === undefined ? undefined : await createTraceExporter({ endpoint, headers, onProblem: note });
  const earlier = traces && (await openEarlierRuns(traces, note));
  return {
    take(event) {
      if (event.type === "build-start" && (event.run ?? 1) > 1) earlier?.(event);
      metrics?.take(event);
      traces?.take(event);
    },
    async close() {
      await Promise.all([server?.close(), traces?.close()]);
    },
  };
}

/** What gives the exporter all that the journal knows of the runs before one: a killed run could not send what it had open. */
async function openEarlierRuns(
  traces: TraceExporter,
  note: (text: string) => void,
): Promise<(start: Extract<TelemetryEvent, { type: "build-start" }>) => void> {
  const { readBuildRecord } = await import("@ccb/builder/report");
  return ({ directory, sequence = 0 }) => {
    try {
      traces.recall(readBuildRecord(directory).events.filter((event) => event.sequence < sequence));
    } catch (error) {
      if (!CcbError.isInstance(error)) throw error;
      note(`The spans of the run before cannot be sent: ${error.message}`);
    }
  };
}
