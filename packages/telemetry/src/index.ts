export { type AlertChange, type AlertWatch, createAlertWatch } from "./alert/create-alert-watch.ts";
export { type AlertRules, parseAlertRules } from "./alert/parse-alert-rules.ts";
export { type SendAlertOptions, sendAlert } from "./alert/send-alert.ts";
export { describeCall } from "./describe-call.ts";
export { createMetrics, type Metrics } from "./metrics/create-metrics.ts";
export { type MetricsServer, startMetricsServer } from "./metrics/start-metrics-server.ts";
export type { TelemetryEvent } from "./telemetry-event.ts";
export { createTraceExporter, type TraceExporter, type TraceExporterOptions } from "./trace/create-trace-exporter.ts";
export { planTraceIds, type TraceIds } from "./trace/plan-trace-ids.ts";
