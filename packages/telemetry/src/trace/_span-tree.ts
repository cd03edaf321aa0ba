import type { Attributes, Tracer } from "@opentelemetry/api";
import type { TelemetryEvent } from "../telemetry-event.ts";
import { renderCallAttributes } from "./_call-attributes.ts";
import { createOpenSpans, type OpenSpan, type OpenSpans } from "./_open-spans.ts";
import { planTraceIds } from "./plan-trace-ids.ts";

type Api = typeof import("@opentelemetry/api");
type EventOf<T extends TelemetryEvent["type"]> = Extract<TelemetryEvent, { type: T }>;

/** What turns events into spans. */
export interface SpanTree {
  take(event: TelemetryEvent): void;
  /** Ends what is still open, as a run that is left does. */
  endAll(): void;
}

/**
 * Build, in it stages and phases, in a phase its tasks (a span for each try), in each of them the model calls. A phase stays open over its repair. The first event of a gateway alone is
 * no `build-start`: its calls are traces of their own.
 */
export function createSpanTree(tracer: Tracer, api: Api): SpanTree {
  const spans = createOpenSpans(tracer, api);
  return {
    endAll: () => spans.endAll(undefined, "cut"),
    take(event) {
      switch (event.type) {
        case "build-start":
          return startBuild(spans, event, api);
        case "stage-start":
        case "stage-end":
          return takeStage(spans, event);
        case "phase-start":
        case "phase-end":
          return takePhase(spans, event, api);
        case "task-start":
          return startTask(spans, event);
        case "task-end":
          return endTask(spans, event, event.outcome === "failed" ? event.reason : undefined);
        case "recovery-chosen":
          return endTask(spans, event, `${event.failure}: ${event.action}`);
        case "call-end":
          return takeCall(spans, event);
        case "mcp-used": {
          const { server, tool, succeeded } = event;
          const attributes = { "gen_ai.tool.name": tool, "ccb.mcp.server": server, "ccb.mcp.succeeded": succeeded };
          return note(event, spans.tasks.get(event.task), attributes);
        }
        case "alert-raised":
          return note(event, spans.build, { "ccb.alert": event.alert, message: event.message });
        case "build-end": {
          const { outcome, costMicroUsd, reason } = event;
          const isGood = outcome === "done" || outcome === "planned";
          spans.build?.span.setAttributes({ "ccb.build.outcome": outcome, "ccb.cost.usd": costMicroUsd / 1e6 });
          return spans.endAll(new Date(event.at), isGood ? undefined : reason);
        }
      }
    },
  };
}

function startBuild(spans: OpenSpans, event: EventOf<"build-start">, api: Api): void {
  const { run = 1, project, model, resumed } = event;
  const earlier = planTraceIds(event.build, run - 1);
  const context = { traceId: earlier.traceId, spanId: earlier.rootSpanId, traceFlags: api.TraceFlags.SAMPLED };
  spans.build = spans.open({
    name: `build ${project}`,
    parent: undefined,
    startTime: new Date(event.at),
    links: run > 1 ? [{ context, attributes: { "ccb.link": "the run before this one" } }] : [],
    attributes: {
      "ccb.build.id": event.build,
      "ccb.build.run": run,
      "ccb.build.resumed": resumed,
      "ccb.project": project,
      "gen_ai.request.model": model,
    },
  });
}

/** Phases stand for the stage of execution. */
function takeStage(spans: OpenSpans, event: EventOf<"stage-start" | "stage-end">): void {
  const at = new Date(event.at);
  if (event.stage === "execution") return;
  if (event.type === "stage-start") {
    spans.stage = spans.open({ name: `stage ${event.stage}`, parent: spans.build, startTime: at });
    return;
  }
  spans.stage?.span.setAttribute("ccb.stage.reused", event.reused);
  spans.end(spans.stage, at);
  spans.stage = undefined;
}

function takePhase(spans: OpenSpans, event: EventOf<"phase-start" | "phase-end">, api: Api): void {
  const at = new Date(event.at);
  if (event.type === "phase-start") {
    const attributes = { "ccb.phase.id": event.phase, "ccb.phase.name": event.name };
    const phase = spans.open({ name: `phase ${event.phase}`, parent: spans.build, startTime: at, attributes });
    spans.phases.set(event.phase, phase);
    return;
  }
  const phase = spans.phases.get(event.phase);
  if (!phase) return;
  const { criteriaPassed, criteriaTotal, passed } = event;
  const { UNSET, ERROR } = api.SpanStatusCode;
  phase.lastAt = at;
  phase.isOver = true;
  phase.span.setAttributes({ "ccb.criteria.passed": criteriaPassed, "ccb.criteria.total": criteriaTotal });
  phase.span.setStatus(passed ? { code: UNSET } : { code: ERROR, message: "not accepted" });
}

function startTask(spans: OpenSpans, event: EventOf<"task-start">): void {
  const { task, phase, attempt, name } = event;
  const startTime = new Date(event.at);
  const attributes = { "ccb.task.id": task, "ccb.task.name": name, "ccb.task.attempt": attempt };
  const parent = spans.phases.get(phase) ?? spans.build;
  spans.end(spans.tasks.get(task), startTime);
  spans.tasks.set(task, spans.open({ name: `task ${task}`, parent, startTime, attributes }));
}

function endTask(spans: OpenSpans, event: EventOf<"task-end" | "recovery-chosen">, failure: string | undefined): void {
  const at = new Date(event.at);
  const ended = spans.tasks.get(event.task);
  spans.tasks.delete(event.task);
  if (event.type === "task-end") {
    const { outcome, files, commit } = event;
    ended?.span.setAttributes({ "ccb.task.outcome": outcome, "ccb.task.files": files });
    if (commit !== undefined) ended?.span.setAttribute("ccb.task.commit", commit);
  }
  spans.end(ended, at, failure);
  const phase = spans.phases.get(event.phase);
  if (phase) phase.lastAt = at;
}

function takeCall(spans: OpenSpans, event: EventOf<"call-end">): void {
  const { scope, model, latencyMs, outcome } = event;
  const at = new Date(event.at);
  const task = scope.task === undefined ? undefined : spans.tasks.get(scope.task);
  const phase = scope.phase === undefined ? undefined : spans.phases.get(scope.phase);
  const call = spans.open({
    name: `chat ${event.askedModel ?? model}`,
    parent: task ?? phase ?? spans.stage ?? spans.build,
    startTime: new Date(at.getTime() - latencyMs),
    attributes: renderCallAttributes(event),
    isClient: true,
  });
  spans.end(call, at, outcome === "answered" ? undefined : outcome);
  if (task) task.lastAt = at;
}

/** A short note on the span it belongs to. */
function note(event: TelemetryEvent, on: OpenSpan | undefined, attributes: Attributes): void {
  on?.span.addEvent(event.type, attributes, new Date(event.at));
}
