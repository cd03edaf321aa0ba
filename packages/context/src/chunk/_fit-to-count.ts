import { estimateRange } from "../tokens/estimate-tokens.ts";
import { packChunk } from "./_pack-pieces.ts";
import { CUT, isHighSurrogate, isLowSurrogate, type PieceList } from "./_pieces.ts";
import type { Bound } from "./_plan-bounds.ts";

export interface CountedOptions {
  budget: number;
  countTokens: (text: string) => number;
}

/** Packs by the estimate, recounts every chunk with the caller's counter, and packs smaller where a chunk is over. */
export function fitToCount(text: string, pieces: PieceList, options: CountedOptions): Bound[] {
  const { budget, countTokens } = options;
  const bounds: Bound[] = [];
  let ratio = sampleRatio(text, countTokens);
  let start = 0;
  for (let from = 0; from < pieces.count; ) {
    let room = budget / ratio;
    for (;;) {
      const next = packChunk(pieces, from, room);
      const last = next >= pieces.count;
      const end = last ? text.length : (pieces.start[next] ?? text.length);
      const tokens = countTokens(text.slice(start, end));
      if (tokens <= budget) {
        bounds.push({ end, tokens, cut: last ? 0 : (pieces.cut[next] ?? 0) });
        const estimate = sumTokens(pieces, from, next);
        if (tokens > 20 && estimate > 20) ratio = (ratio + (tokens / estimate) * 1.01) / 2;
      } else if (next > from + 1) {
        room = Math.min(room * 0.9, (sumTokens(pieces, from, next) * budget * 0.97) / tokens);
        continue;
      } else bounds.push(...splitOver(text, { start, end, cut: last ? 0 : (pieces.cut[next] ?? 0) }, options));
      from = next;
      start = end;
      break;
    }
  }
  return bounds;
}

function sumTokens(pieces: PieceList, from: number, to: number): number {
  let sum = 0;
  for (let row = from; row < to; row++) sum += pieces.tokens[row] ?? 0;
  return sum;
}

/** Tokens per estimated token on a few short samples of the text. */
function sampleRatio(text: string, countTokens: (text: string) => number): number {
  let counted = 0;
  let estimated = 0;
  for (let part = 0; part < 8; part++) {
    const start = Math.floor((text.length * part) / 8);
    const end = Math.min(text.length, start + 2000);
    counted += countTokens(text.slice(start, end));
    estimated += estimateRange(text, { start, end });
  }
  return counted > 0 && estimated > 0 ? (counted / estimated) * 1.01 : 1;
}

/** One piece the counter finds over the budget: the longest part that fits, again and again, cut at lines or words. */
function splitOver(text: string, part: { start: number; end: number; cut: number }, options: CountedOptions): Bound[] {
  const bounds: Bound[] = [];
  let start = part.start;
  while (start < part.end) {
    let low = 1;
    let high = part.end - start;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (options.countTokens(text.slice(start, start + middle)) <= options.budget) low = middle;
      else high = middle - 1;
    }
    let end = start + low;
    if (end < part.end) end = goodEnd(text, start, end);
    const tokens = options.countTokens(text.slice(start, end));
    bounds.push({ end, tokens, cut: end === part.end ? part.cut : CUT.anywhere });
    start = end;
  }
  return bounds;
}

function goodEnd(text: string, start: number, end: number): number {
  const newline = text.lastIndexOf("\n", end - 1) + 1;
  if (newline > start + (end - start) / 2) return newline;
  const space = text.lastIndexOf(" ", end - 1) + 1;
  if (space > start + (end - start) / 2) return space;
  const pair = isLowSurrogate(text.charCodeAt(end)) && isHighSurrogate(text.charCodeAt(end - 1));
  if (!pair) return end;
  return end - 1 > start ? end - 1 : end + 1;
}
