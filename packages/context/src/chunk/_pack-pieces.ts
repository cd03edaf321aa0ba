import type { PieceList } from "./_pieces.ts";

/** A chunk ends at least this full when a better place to cut lies behind. */
const FULL_ENOUGH = 0.6;

/**
 * Index after the last piece of the chunk that begins at piece `from`, for a budget in estimated tokens.
 *
 * Cuts before the highest heading of the last 40 %, else before the last section that fits a chunk of its own, else at the
 * best place within a section. A heading never ends a chunk unless the chunk is nothing else.
 */
export function packChunk(pieces: PieceList, from: number, budget: number): number {
  let sum = pieces.tokens[from] ?? 0;
  let end = from + 1;
  while (end < pieces.count && sum + (pieces.tokens[end] ?? 0) <= budget) sum += pieces.tokens[end++] ?? 0;
  if (end >= pieces.count) return pieces.count;
  const window = cutInWindow(pieces, { from, end, sum, least: budget * FULL_ENOUGH });
  if (window.cut <= 6) return window.at;
  const section = lastSectionStart(pieces, from, end);
  if (section > from && isSectionWithin(pieces, section, budget)) return section;
  return window.at;
}

interface Window {
  from: number;
  /** First piece that does not fit. */
  end: number;
  /** Tokens of the pieces from `from` up to `end`. */
  sum: number;
  least: number;
}

function cutInWindow(pieces: PieceList, window: Window): { at: number; cut: number } {
  let best = { at: window.end, cut: 99 };
  let filled = window.sum;
  for (let at = window.end; at > window.from; at--) {
    const cut = pieces.heading[at - 1] === 1 ? 50 : (pieces.cut[at] ?? 99);
    if (cut < best.cut) best = { at, cut };
    filled -= pieces.tokens[at - 1] ?? 0;
    if (filled < window.least && best.cut < 50) break;
  }
  return best;
}

/** Start of the chain of headings that leads the section which is cut at `end`. */
function lastSectionStart(pieces: PieceList, from: number, end: number): number {
  let at = end;
  while (at > from && pieces.heading[at] !== 1) at--;
  while (at > from && pieces.heading[at - 1] === 1) at--;
  return at;
}

function isSectionWithin(pieces: PieceList, start: number, budget: number): boolean {
  let sum = 0;
  let at = start;
  while (at < pieces.count && pieces.heading[at] === 1 && sum <= budget) sum += pieces.tokens[at++] ?? 0;
  while (at < pieces.count && pieces.heading[at] !== 1) {
    sum += pieces.tokens[at++] ?? 0;
    if (sum > budget) return false;
  }
  return sum <= budget;
}
