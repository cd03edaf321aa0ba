import { CcbError } from "@ccb/core";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { createSpanIds } from "./_span-ids.ts";
import { createSpanTree, type SpanTree } from "./_span-tree.ts";

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
  /**
   * Takes the events of earlier runs, before those of this one. Where the last of them was killed, what it had open is ended and sent as failed (`cut`), and what it may not have
   * sent any more is sent (again: with the ids it had).
   */
  recall(events: readonly TelemetryEvent[]): void;
  /** Sends what is left; resolves within 5 seconds, whatever the collector does. */
  close(): Promise<void>;
}

const closeMs = 5_000;
const delayMs = 1_000;
/** Spans that ended so long before a run's last event have been delivered, or never will be. */
const unsentMs = closeMs + delayMs;

/** Opens a trace exporter (OTLP/HTTP, JSON). OpenTelemetry is loaded here and not before. CcbError `usage` for an endpoint that is no http or https URL. */
export async function createTraceExporter(options: TraceExporterOptions): Promise<TraceExporter> {
  const url = renderTracesUrl(options.endpoint);
  const [api, { OTLPTraceExporter }, { resourceFromAttributes }, sdk] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-trace"),
  ]);
  const ids = createSpanIds(new sdk.RandomIdGenerator());
  let sendsFrom = 0;
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
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: closeMs,
  });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ "service.name": "ccb" }),
    spanProcessors: [
      {
        onStart: (span, context) => processor.onStart(span, context),
        onEnd(span) {
          if (span.endTime[0] * 1000 + span.endTime[1] / 1e6 >= sendsFrom) processor.onEnd(span);
        },
        forceFlush: () => processor.forceFlush(),
        shutdown: () => processor.shutdown(),
      },
    ],
    sampler: new sdk.AlwaysOnSampler(),
    idGenerator: ids,
  });
  const tracer = provider.getTracer("@ccb/telemetry");
  const tree = createSpanTree(tracer, api);
  const takeInto = (into: SpanTree, event: TelemetryEvent): void => {
    ids.plan(event);
    into.take(event);
  };
  return {
    take: (event) => takeInto(tree, event),
    recall(events) {
      const cut = listCutRun(events);
      const earlier = createSpanTree(tracer, api);
      sendsFrom = Date.parse(cut.at(-1)?.at ?? "") - unsentMs;
      for (const event of cut) takeInto(earlier, event);
      sendsFrom = 0;
      earlier.endAll();
      ids.leaveRun();
    },
    async close() {
      tree.endAll();
      const limit = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      // Its failures are told by the exporter.
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
    },
  };
}

/** The events of the last run, if it did not come to its end. */
function listCutRun(events: readonly TelemetryEvent[]): TelemetryEvent[] {
  const start = events.findLastIndex(({ type }) => type === "build-start");
  const last = start === -1 ? [] : events.slice(start);
  // What comes before its own start in a later run are warnings.
  return last.some(({ type }) => type === "build-end") ? [] : last.filter(({ type }) => type !== "warning");
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
