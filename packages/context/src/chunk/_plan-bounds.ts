import { type Generation, messageFrame } from "../tokens/estimate-tokens.ts";
import { fitToCount } from "./_fit-to-count.ts";
import { packChunk } from "./_pack-pieces.ts";
import type { PieceList } from "./_pieces.ts";

/** End of a chunk, its tokens, and how good the place is where the next begins (0 at the end). */
export interface Bound {
  end: number;
  tokens: number;
  cut: number;
}

export interface BoundOptions {
  /** Tokens no chunk may exceed. */
  budget: number;
  countTokens?: ((text: string) => number) | undefined;
  generation?: Generation | undefined;
}

/** Tokens of the budget that text may take: the estimate counts a message's frame beside it. */
export function roomFor(options: BoundOptions): { room: number; frame: number } {
  const frame = options.countTokens ? 0 : messageFrame(options.generation);
  return { room: Math.max(1, options.budget - frame), frame };
}

/** Where the chunks of a text end. */
export function planBounds(text: string, pieces: PieceList, options: BoundOptions): Bound[] {
  const { budget, countTokens } = options;
  return countTokens ? fitToCount(text, pieces, { budget, countTokens }) : pack(pieces, text.length, roomFor(options));
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
