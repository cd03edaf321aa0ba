import { CcbError } from "@ccb/core";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { createSpanTree } from "./_span-tree.ts";
import { planTraceIds, type TraceIds } from "./plan-trace-ids.ts";

export interface TraceExporterOptions {
  /** Base URL of an OTLP/HTTP receiver, for example "http://127.0.0.1:4318"; "/v1/traces" is added. */
  endpoint: string;
  /** Sent with every export, for example the key of a service. */
  headers?: Record<string, string>;
  /** Told once when spans cannot be delivered; a build does not fail for it. */
  onProblem?: (message: string) => void;
}

/** Sends a build, its phases, tasks and model calls as spans to an OpenTelemetry collector. */
export interface TraceExporter {
  take(event: TelemetryEvent): void;
  /** Sends what is left; resolves within 5 seconds, whatever the collector does. */
  close(): Promise<void>;
}

const closeMs = 5_000;

/** Opens a trace exporter (OTLP/HTTP, JSON). OpenTelemetry is loaded here and not before. CcbError `usage` for an endpoint that is no http or https URL. */
export async function createTraceExporter(options: TraceExporterOptions): Promise<TraceExporter> {
  const url = renderTracesUrl(options.endpoint);
  const [api, { OTLPTraceExporter }, { resourceFromAttributes }, sdk] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-trace"),
  ]);
  const ids = new sdk.RandomIdGenerator();
  // Of the next span that is the first of its trace; OpenTelemetry asks for each id once, in an order of its own.
  let planned: Partial<TraceIds> = {};
  const exporter = new OTLPTraceExporter({ url, headers: options.headers ?? {}, timeoutMillis: closeMs });
  const told = tellOnce(options);
  const processor = new sdk.BatchSpanProcessor({
    exporter: {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          if (result.error) told(result.error.message);
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
      forceFlush: () => exporter.forceFlush(),
    },
    // A build makes few spans and must lose none of them.
    maxQueueSize: 100_000,
    scheduledDelayMillis: 1_000,
    exportTimeoutMillis: closeMs,
  });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ "service.name": "ccb" }),
    spanProcessors: [processor],
    sampler: new sdk.AlwaysOnSampler(),
    idGenerator: {
      generateTraceId() {
        const { traceId, ...rest } = planned;
        planned = rest;
        return traceId ?? ids.generateTraceId();
      },
      generateSpanId() {
        const { rootSpanId, ...rest } = planned;
        planned = rest;
        return rootSpanId ?? ids.generateSpanId();
      },
    },
  });
  const tree = createSpanTree(provider.getTracer("@ccb/telemetry"), api);
  return {
    take(event) {
      if (event.type === "build-start") planned = planTraceIds(event.build, event.run ?? 1);
      tree.take(event);
    },
    async close() {
      tree.endAll();
      const limit = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      // Its failures are told by the exporter.
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
    },
  };
}

function renderTracesUrl(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new CcbError({
      code: "usage",
      message: `The OTLP endpoint must be an http or https URL; received ${JSON.stringify(endpoint)}.`,
      hint: "For example: http://127.0.0.1:4318",
    });
  }
  if (!url.pathname.endsWith("/v1/traces")) url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/traces`;
  return url.href;
}

function tellOnce({ endpoint, onProblem }: TraceExporterOptions): (why: string) => void {
  let isTold = false;
  return (why) => {
    if (isTold) return;
    isTold = true;
    const { host } = new URL(endpoint);
    onProblem?.(`Traces cannot be delivered to ${host}: ${why}`);
  };
}
