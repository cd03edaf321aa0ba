import type { Span } from "@ccb/core";
import { CcbError } from "@ccb/core/errors";
import { scanBlocks } from "../parse/_scan-blocks.ts";
import type { Generation } from "../tokens/estimate-tokens.ts";
import { collectHeadings, describeChunks, titleOf } from "./_describe-chunks.ts";
import { createNavigation, type HeadingPlace, type Navigation, topOutline } from "./_navigation.ts";
import { type OverlapOptions, overlapBefore } from "./_overlap-before.ts";
import { CUT, cutPieces } from "./_pieces.ts";
import { type Bound, planBounds, roomFor } from "./_plan-bounds.ts";

export interface ChunkOptions {
  /** The model's context window in tokens: up to 80 % of it is one chunk, else no chunk is over 70 %. */
  windowTokens: number;
  /** Exact counter; the built-in estimate when left out. */
  countTokens?: (text: string) => number;
  /** Tokenizer generation of the estimate. */
  generation?: Generation;
  /** Most tokens of the text before a chunk to give as `overlap`, without a message's frame; none by default. */
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
export const CHUNK_SHARE = 0.7;

/**
 * Cuts a specification into chunks that joined are the specification, character by character.
 *
 * Cuts before headings; a block (fence, table, list item, HTML, front matter) is only cut when it alone is over the budget.
 * Same input, same chunks. Throws a `CcbError` (`usage`) when `windowTokens` is not a positive number.
 */
export function chunkSpec(text: string, options: ChunkOptions): ChunkResult {
  assertWindow(options.windowTokens);
  const table = scanBlocks(text);
  const budget = Math.max(1, Math.floor(options.windowTokens * CHUNK_SHARE));
  const { countTokens, generation, overlapTokens } = options;
  const overlap = overlapTokens ? { most: overlapTokens, countTokens, generation } : undefined;
  const { room, frame } = roomFor({ budget, countTokens, generation });
  const pieces = cutPieces(text, table, { limit: room, generation });
  let estimate = frame;
  for (let row = 0; row < pieces.count; row++) estimate += pieces.tokens[row] ?? 0;
  const whole = Math.floor(options.windowTokens * WHOLE_SHARE);
  const total = countWhole(text, { estimate, whole, countTokens });
  const headings = collectHeadings(table);
  if (total !== undefined && total <= whole) {
    const bounds = text === "" ? [] : [{ end: text.length, tokens: total, cut: 0 }];
    const chunks = finish(text, { bounds, headings, overlap });
    return { chunks, strategy: "single", totalTokens: total, budgetTokens: whole };
  }
  const bounds = planBounds(text, pieces, { budget, countTokens, generation });
  const worst = bounds.reduce((most, bound) => Math.max(most, bound.cut), 0);
  return {
    chunks: finish(text, { bounds, headings, overlap }),
    strategy: worst <= CUT.lowestHeading ? "sections" : worst <= CUT.item ? "blocks" : "lines",
    totalTokens: total ?? bounds.reduce((sum, bound) => sum + bound.tokens, 0),
    budgetTokens: budget,
  };
}

/** Throws a `CcbError` (`usage`) unless the window is a positive number. */
export function assertWindow(windowTokens: number): void {
  if (windowTokens > 0) return;
  throw new CcbError({
    code: "usage",
    message: `windowTokens must be a positive number of tokens, got ${windowTokens}.`,
    hint: "Pass the model's context window, for example 200000.",
  });
}

function countWhole(
  text: string,
  known: { estimate: number; whole: number; countTokens: ((text: string) => number) | undefined },
): number | undefined {
  if (!known.countTokens) return Math.ceil(known.estimate);
  return known.estimate > known.whole * 4 ? undefined : known.countTokens(text);
}

function finish(
  text: string,
  plan: { bounds: Bound[]; headings: HeadingPlace[]; overlap: OverlapOptions | undefined },
): Chunk[] {
  const { bounds, headings } = plan;
  const described = describeChunks(text, { bounds, headings, place: { index: 0, offset: 0, line: 1, open: [] } });
  const navigation = createNavigation(
    described,
    topOutline(headings, (place) => titleOf(text, place)),
  );
  return described.map((chunk, index) => {
    const whole: Chunk = { ...chunk, total: bounds.length, navigation: navigation(index) };
    const before = plan.overlap && index > 0 ? overlapBefore(text, chunk.span.start, plan.overlap) : "";
    if (before !== "") whole.overlap = before;
    return whole;
  });
}
