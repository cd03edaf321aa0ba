import { type BlockTable, KIND } from "../parse/_block-table.ts";
import { headingText } from "../parse/_plain-text.ts";
import type { HeadingPlace } from "./_navigation.ts";
import type { Bound } from "./_plan-bounds.ts";
import type { StreamedChunk } from "./chunk-spec-stream.ts";
import { summarizeText } from "./summarize-text.ts";

/** Characters of a heading that are read. */
const LONGEST_TITLE = 400;
/** Characters of a chunk its summary is made of. */
const SUMMARIZED = 6000;

/** A heading the text stands under; its title is read when a chunk asks for it. */
interface OpenHeading {
  level: number;
  title: string;
  unread?: HeadingPlace | undefined;
}

/** Where the text of a description begins in the whole document. */
export interface Place {
  index: number;
  offset: number;
  line: number;
  /** Headings open at the beginning. */
  open: OpenHeading[];
}

/** Chunks of a text that begins at a place of a document; moves the place behind them. */
export function describeChunks(
  text: string,
  parts: { bounds: readonly Bound[]; headings: readonly HeadingPlace[]; place: Place },
): StreamedChunk[] {
  const { bounds, headings, place } = parts;
  const chunks: StreamedChunk[] = [];
  let heading = 0;
  let start = 0;
  const enterBefore = (limit: number): void => {
    for (; (headings[heading]?.start ?? limit) < limit; heading++) enter(headings[heading], place.open);
  };
  for (const bound of bounds) {
    const part = text.slice(start, bound.end);
    const breaks = countLines(text, start, bound.end);
    const endsLine = bound.end > start && text.charCodeAt(bound.end - 1) === 10;
    enterBefore(nextContent(text, start, bound.end) + 1);
    chunks.push({
      index: place.index,
      text: part,
      tokens: bound.tokens,
      span: {
        start: place.offset + start,
        end: place.offset + bound.end,
        startLine: place.line,
        endLine: place.line + breaks - (endsLine ? 1 : 0),
      },
      headingPath: place.open.map((heading) => readTitle(text, heading)),
      summary: summarizeText(part.slice(0, SUMMARIZED)),
    });
    enterBefore(bound.end);
    start = bound.end;
    place.line += breaks;
    place.index++;
  }
  for (const heading of place.open) readTitle(text, heading);
  place.offset += start;
  return chunks;
}

/** The headings of a scanned text. */
export function collectHeadings(table: BlockTable): HeadingPlace[] {
  const headings: HeadingPlace[] = [];
  for (let row = 0; row < table.count; row++) {
    if (table.kind[row] !== KIND.heading) continue;
    headings.push({ start: table.start[row] ?? 0, end: table.end[row] ?? 0, level: table.level[row] ?? 1 });
  }
  return headings;
}

/** Words of a heading. */
export function titleOf(text: string, place: HeadingPlace): string {
  return headingText(text.slice(place.start, Math.min(place.end, place.start + LONGEST_TITLE)));
}

function enter(heading: HeadingPlace | undefined, open: OpenHeading[]): void {
  if (!heading) return;
  while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
  open.push({ level: heading.level, title: "", unread: heading });
}

function readTitle(text: string, heading: OpenHeading): string {
  if (heading.unread) heading.title = titleOf(text, heading.unread);
  heading.unread = undefined;
  return heading.title;
}

function nextContent(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && text.charCodeAt(i) <= 32) i++;
  return i;
}

function countLines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
