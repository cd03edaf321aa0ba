import type { TelemetryEvent } from "../telemetry-event.ts";
import { planSpanId, planTraceIds } from "./plan-trace-ids.ts";

/** As OpenTelemetry's SDK wants it. */
interface IdGenerator {
  generateTraceId(): string;
  generateSpanId(): string;
}

/** Ids that follow from the events of a run; random ones for what belongs to no run. */
export interface SpanIds extends IdGenerator {
  /** Says which event opens the next span; each opens one at most. */
  plan(event: TelemetryEvent): void;
  /** What comes next belongs to no run until one starts. */
  leaveRun(): void;
}

export function createSpanIds(random: IdGenerator): SpanIds {
  let run: { build: string; run: number } | undefined;
  // OpenTelemetry asks for each id once, in an order of its own, and for that of a trace with its first span.
  let planned: { traceId?: string; spanId?: string } = {};
  return {
    plan(event) {
      planned = {};
      if (event.type === "build-start") {
        run = { build: event.build, run: event.run ?? 1 };
        const { traceId, rootSpanId } = planTraceIds(run.build, run.run);
        planned = { traceId, spanId: rootSpanId };
      } else if (run && event.sequence !== undefined) planned = { spanId: planSpanId(run, event.sequence) };
    },
    leaveRun() {
      run = undefined;
      planned = {};
    },
    generateTraceId() {
      const { traceId, ...rest } = planned;
      planned = rest;
      return traceId ?? random.generateTraceId();
    },
    generateSpanId() {
      const { spanId, ...rest } = planned;
      planned = rest;
      return spanId ?? random.generateSpanId();
    },
  };
}
