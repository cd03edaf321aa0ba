import type { Span } from "@ccb/core";
import { CcbError } from "@ccb/core/errors";
import { type BlockTable, KIND } from "../parse/_block-table.ts";
import { headingText } from "../parse/_plain-text.ts";
import { scanBlocks } from "../parse/_scan-blocks.ts";
import { estimateRange, type Generation, messageFrame } from "../tokens/estimate-tokens.ts";
import { fitToCount } from "./_fit-to-count.ts";
import { createNavigation, type HeadingPlace, type Navigation, topOutline } from "./_navigation.ts";
import { packChunk } from "./_pack-pieces.ts";
import { cutPieces, type PieceList } from "./_pieces.ts";
import { summarizeText } from "./summarize-text.ts";

export interface ChunkOptions {
  /** The model's context window in tokens: up to 80 % of it is one chunk, else no chunk is over 70 %. */
  windowTokens: number;
  /** Exact counter; the built-in estimate when left out. */
  countTokens?: (text: string) => number;
  /** Tokenizer generation of the estimate. */
  generation?: Generation;
  /** Tokens of the text before a chunk to give as `overlap`; none by default. */
  overlapTokens?: number;
}

export interface Chunk {
  /** From 0. */
  index: number;
  total: number;
  /** Exactly `spec.slice(span.start, span.end)`. */
  text: string;
  tokens: number;
  span: Span;
  /** Titles of the sections the chunk begins in, from the top down. */
  headingPath: string[];
  navigation: Navigation;
  /** Extracted by rule: headings and a first sentence. */
  summary: string;
  /** End of the text before the chunk, where `overlapTokens` asks for it; not part of `text`. */
  overlap?: string;
}

export type ChunkStrategy = "single" | "sections" | "blocks" | "lines";

export interface ChunkResult {
  chunks: Chunk[];
  /** `single`: fits 80 % of the window; `sections`: cut before headings only; `blocks`: also between blocks; `lines`: also inside one. */
  strategy: ChunkStrategy;
  totalTokens: number;
  /** Tokens no chunk exceeds. */
  budgetTokens: number;
}

/** Share of the window up to which a spec stays whole, and share a chunk may take (product specification, 3.1). */
const WHOLE_SHARE = 0.8;
const CHUNK_SHARE = 0.7;
/** Characters of a heading that are read. */
const LONGEST_TITLE = 400;

/**
 * Cuts a specification into chunks that joined are the specification, character by character.
 *
 * Cuts before headings; a block (fence, table, list item, HTML, front matter) is only cut when it alone is over the budget.
 * Same input, same chunks. Throws a `CcbError` (`usage`) when `windowTokens` is not a positive number.
 */
export function chunkSpec(text: string, options: ChunkOptions): ChunkResult {
  if (!(options.windowTokens > 0)) {
    throw new CcbError({
      code: "usage",
      message: `windowTokens must be a positive number of tokens, got ${options.windowTokens}.`,
      hint: "Pass the model's context window, for example 200000.",
    });
  }
  const table = scanBlocks(text);
  const budget = Math.max(1, Math.floor(options.windowTokens * CHUNK_SHARE));
  const frame = options.countTokens ? 0 : messageFrame(options.generation);
  const room = Math.max(1, budget - frame);
  const pieces = cutPieces(text, table, { limit: room, generation: options.generation });
  let estimate = frame;
  for (let row = 0; row < pieces.count; row++) estimate += pieces.tokens[row] ?? 0;
  const whole = Math.floor(options.windowTokens * WHOLE_SHARE);
  const total = countWhole(text, { estimate, whole, countTokens: options.countTokens });
  if (total !== undefined && total <= whole) {
    const bounds = text === "" ? [] : [{ end: text.length, tokens: total, cut: 0 }];
    return finish(text, table, { bounds, strategy: "single", totalTokens: total, budgetTokens: whole, options });
  }
  const bounds = options.countTokens
    ? fitToCount(text, pieces, { budget, countTokens: options.countTokens })
    : pack(pieces, text.length, { room, frame });
  const worst = bounds.reduce((most, bound) => Math.max(most, bound.cut), 0);
  const strategy = worst <= 6 ? "sections" : worst < 9 ? "blocks" : "lines";
  const totalTokens = total ?? bounds.reduce((sum, bound) => sum + bound.tokens, 0);
  return finish(text, table, { bounds, strategy, totalTokens, budgetTokens: budget, options });
}

/** End of a chunk, its tokens, and how good the place is where the next begins (0 at the end). */
export interface Bound {
  end: number;
  tokens: number;
  cut: number;
}

function countWhole(
  text: string,
  known: { estimate: number; whole: number; countTokens: ((text: string) => number) | undefined },
): number | undefined {
  if (!known.countTokens) return Math.ceil(known.estimate);
  return known.estimate > known.whole * 4 ? undefined : known.countTokens(text);
}

function pack(pieces: PieceList, length: number, budget: { room: number; frame: number }): Bound[] {
  const bounds: Bound[] = [];
  for (let from = 0; from < pieces.count; ) {
    const next = packChunk(pieces, from, budget.room);
    let tokens = budget.frame;
    for (let row = from; row < next; row++) tokens += pieces.tokens[row] ?? 0;
    const last = next >= pieces.count;
    bounds.push({
      end: last ? length : (pieces.start[next] ?? length),
      tokens: Math.ceil(tokens),
      cut: last ? 0 : (pieces.cut[next] ?? 0),
    });
    from = next;
  }
  return bounds;
}

interface Finish {
  bounds: Bound[];
  strategy: ChunkStrategy;
  totalTokens: number;
  budgetTokens: number;
  options: ChunkOptions;
}

function finish(text: string, table: BlockTable, plan: Finish): ChunkResult {
  const { bounds, options } = plan;
  const chunks: Chunk[] = [];
  const headings = collectHeadings(table);
  const open: HeadingPlace[] = [];
  let heading = 0;
  let start = 0;
  let line = 1;
  for (const [index, bound] of bounds.entries()) {
    const part = text.slice(start, bound.end);
    const breaks = countLines(text, start, bound.end);
    const endsLine = bound.end > start && text.charCodeAt(bound.end - 1) === 10;
    const first = nextContent(text, start, bound.end);
    for (; heading < headings.length && (headings[heading]?.start ?? 0) <= first; heading++)
      enter(headings[heading], open);
    const chunk: Chunk = {
      index,
      total: bounds.length,
      text: part,
      tokens: bound.tokens,
      span: { start, end: bound.end, startLine: line, endLine: line + breaks - (endsLine ? 1 : 0) },
      headingPath: open.map((place) => titleOf(text, place)),
      navigation: { outline: [], previous: null, next: null, position: "" },
      summary: summarizeText(part.slice(0, 6000)),
    };
    if (options.overlapTokens && start > 0) chunk.overlap = overlapBefore(text, start, options.overlapTokens);
    chunks.push(chunk);
    for (; heading < headings.length && (headings[heading]?.start ?? 0) < bound.end; heading++)
      enter(headings[heading], open);
    start = bound.end;
    line += breaks;
  }
  createNavigation(
    chunks,
    topOutline(headings, (place) => titleOf(text, place)),
  );
  return { chunks, strategy: plan.strategy, totalTokens: plan.totalTokens, budgetTokens: plan.budgetTokens };
}

function collectHeadings(table: BlockTable): HeadingPlace[] {
  const headings: HeadingPlace[] = [];
  for (let row = 0; row < table.count; row++) {
    if (table.kind[row] !== KIND.heading) continue;
    headings.push({ start: table.start[row] ?? 0, end: table.end[row] ?? 0, level: table.level[row] ?? 1 });
  }
  return headings;
}

function titleOf(text: string, place: HeadingPlace): string {
  return headingText(text.slice(place.start, Math.min(place.end, place.start + LONGEST_TITLE)));
}

function enter(heading: HeadingPlace | undefined, open: HeadingPlace[]): void {
  if (!heading) return;
  while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
  open.push(heading);
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

function overlapBefore(text: string, start: number, most: number): string {
  let from = start;
  let tokens = 0;
  while (from > 0) {
    const line = text.lastIndexOf("\n", from - 2) + 1;
    tokens += estimateRange(text, { start: line, end: from });
    if (tokens > most) break;
    from = line;
  }
  return text.slice(from, start);
}
