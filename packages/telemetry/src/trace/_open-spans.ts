import type { Attributes, Context, Link, Span, Tracer } from "@opentelemetry/api";

/** A span that has not ended. */
export interface OpenSpan {
  span: Span;
  inside: Context;
  /** When something last ended in it: its own end, if nothing else tells one. */
  lastAt: Date;
  /** True for a phase that was judged; it stays open for a repair. */
  isOver?: boolean;
}

export interface NewSpan {
  name: string;
  /** Undefined for the first span of a trace. */
  parent: OpenSpan | undefined;
  startTime: Date;
  attributes?: Attributes;
  links?: Link[];
  /** True for a request to another process. */
  isClient?: boolean;
}

/** The spans of a run that are open. */
export interface OpenSpans {
  build: OpenSpan | undefined;
  stage: OpenSpan | undefined;
  phases: Map<string, OpenSpan>;
  tasks: Map<string, OpenSpan>;
  open(span: NewSpan): OpenSpan;
  /** Ends a span; with a reason as one that failed. */
  end(ended: OpenSpan | undefined, at: Date, failure?: string): void;
  /** Ends all of them: at the time of the event that ends the build; or as cut, when something last happened. */
  endAll(at?: Date, failure?: string): void;
}

/** Opens and ends spans with the times of events. */
export function createOpenSpans(tracer: Tracer, api: typeof import("@opentelemetry/api")): OpenSpans {
  const note = (at: Date): void => {
    if (spans.build && at > spans.build.lastAt) spans.build.lastAt = at;
  };
  const spans: OpenSpans = {
    build: undefined,
    stage: undefined,
    phases: new Map(),
    tasks: new Map(),
    open({ name, parent, startTime, attributes = {}, links = [], isClient }) {
      const kind = isClient ? api.SpanKind.CLIENT : api.SpanKind.INTERNAL;
      const settings = { startTime, attributes, links, kind, root: parent === undefined };
      note(startTime);
      const span = tracer.startSpan(name, settings, parent?.inside ?? api.ROOT_CONTEXT);
      return { span, inside: api.trace.setSpan(api.ROOT_CONTEXT, span), lastAt: startTime };
    },
    end(ended, at, failure) {
      if (failure !== undefined) ended?.span.setStatus({ code: api.SpanStatusCode.ERROR, message: failure });
      ended?.span.end(at);
      note(at);
    },
    endAll(at, failure) {
      const { build } = spans;
      for (const task of spans.tasks.values()) spans.end(task, at ?? task.lastAt, "cut");
      const cut = at === undefined ? failure : undefined;
      for (const phase of spans.phases.values()) {
        if (cut === undefined || phase.isOver) spans.end(phase, phase.lastAt);
        else spans.end(phase, build?.lastAt ?? phase.lastAt, cut);
      }
      if (spans.stage) spans.end(spans.stage, at ?? build?.lastAt ?? spans.stage.lastAt, cut);
      if (build) spans.end(build, at ?? build.lastAt, failure);
      spans.tasks.clear();
      spans.phases.clear();
      spans.stage = undefined;
      spans.build = undefined;
    },
  };
  return spans;
}
