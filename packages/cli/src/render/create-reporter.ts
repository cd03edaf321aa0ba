import type { BuildResult } from "@ccb/builder";
import type { BuildEvent } from "@ccb/core";
import { createLiveRegion } from "./_live-region.ts";
import { createPainter } from "./_painter.ts";
import { advanceView, defineView } from "./build-view.ts";
import { renderEvent } from "./render-event.ts";
import { renderPlan } from "./render-plan.ts";
import { renderStatus } from "./render-status.ts";
import { renderSummary } from "./render-summary.ts";

export interface ReporterOptions {
  stdout: NodeJS.WriteStream;
  /** live: lines above a status that is redrawn · plain: lines only · json: one event a line. */
  format: "live" | "plain" | "json";
  /** 0 quiet, 1 normal, 2 session activity, 3 every model call. */
  verbosity: number;
  /** Paths are shown relative to it. */
  cwd: string;
}

/** Shows a build to whoever watches. */
export interface Reporter {
  event(event: BuildEvent): void;
  end(result: BuildResult): void;
  note(text: string): void;
  /** Clears the status while `work` uses the terminal for itself. */
  paused<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Creates the reporter for a terminal, a pipe or a program. */
export function createReporter(options: ReporterOptions): Reporter {
  const { stdout, format, verbosity, cwd } = options;
  if (format === "json") {
    return {
      event: (event) => void stdout.write(`${JSON.stringify(event)}\n`),
      end: ({ outcome, reason, summary }) =>
        void stdout.write(`${JSON.stringify({ type: "result", outcome, reason, summary })}\n`),
      note: () => {},
      paused: (work) => work(),
      close: () => {},
    };
  }
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const region = format === "live" ? createLiveRegion(stdout) : undefined;
  const print = (text: string) => {
    if (region) region.print(text);
    else stdout.write(`${text}\n`);
  };
  let view = defineView();
  let started = performance.now();
  const draw = () =>
    region?.draw(renderStatus(view, { paint, columns: stdout.columns ?? 80, elapsedMs: performance.now() - started }));
  const timer = region ? setInterval(draw, 200) : undefined;
  timer?.unref();
  return {
    event(event) {
      if (event.type === "build-start") started = performance.now();
      view = advanceView(view, event);
      const text = renderEvent(event, { paint, view, verbosity, cwd });
      if (text !== undefined) print(text);
      draw();
    },
    end(result) {
      region?.clear();
      if (result.planned) print(renderPlan(result.planned, { paint, whole: "artifacts/plan.md" }));
      print(renderSummary(result, { paint, cwd }));
    },
    note(text) {
      print(paint.dim(text));
    },
    async paused(work) {
      region?.clear();
      return work();
    },
    close() {
      clearInterval(timer);
      region?.clear();
    },
  };
}
