import type { LoadedSpec } from "@ccb/context";
import type { Span } from "@ccb/core";

/** A place in the file it came from; lines from 1, inclusive. */
export interface Place {
  file: string;
  line: number;
  endLine: number;
}

/** Where a span of a specification made of several files stands in its own file. Pure. */
export function locateSpan(sources: LoadedSpec["sources"], span: Span): Place {
  const source = sources.findLast((candidate) => candidate.span.start <= span.start) ?? sources[0];
  const shift = (source?.span.startLine ?? 1) - 1;
  return { file: source?.path ?? "-", line: span.startLine - shift, endLine: span.endLine - shift };
}
