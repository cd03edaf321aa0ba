import type { TelemetryEvent } from "@ccb/telemetry";
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
  return {
    take(event) {
      metrics?.take(event);
      traces?.take(event);
    },
    async close() {
      await Promise.all([server?.close(), traces?.close()]);
    },
  };
}
