import { createHash } from "node:crypto";

export interface TraceIds {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits: the span of the whole run. */
  rootSpanId: string;
}

/** The ids of a run's trace, made from the build and the number of the run: a later run can name them without anything having been kept. Pure. */
export function planTraceIds(build: string, run: number): TraceIds {
  const digest = createHash("sha256").update(`ccb trace\n${build}\n${run}`).digest("hex");
  return { traceId: digest.slice(0, 32), rootSpanId: digest.slice(32, 48) };
}

/** The id of the span that an event of a run opens: the same in the next run, which sends what a killed one had open. Pure. */
export function planSpanId(run: { build: string; run: number }, sequence: number): string {
  return createHash("sha256").update(`ccb span\n${run.build}\n${run.run}\n${sequence}`).digest("hex").slice(0, 16);
}
