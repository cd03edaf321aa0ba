import type { Span } from "@ccb/core";
import { scanDialect } from "../parse/_scan-blocks.ts";
import { type Dialect, sniffDialect } from "../parse/_sniff-dialect.ts";
import { collectHeadings, describeChunks, type Place } from "./_describe-chunks.ts";
import { CUT, cutPieces } from "./_pieces.ts";
import { planBounds, roomFor } from "./_plan-bounds.ts";
import { assertWindow, CHUNK_SHARE, type ChunkOptions } from "./chunk-spec.ts";

/** A chunk of a stream: how many there are and what comes next is not known yet. */
export interface StreamedChunk {
  index: number;
  text: string;
  tokens: number;
  span: Span;
  headingPath: string[];
  summary: string;
}

export interface ChunkStreamOptions extends Omit<ChunkOptions, "overlapTokens"> {
  /** The text in parts of any size; bytes are decoded as UTF-8. */
  source: AsyncIterable<string | Uint8Array>;
}

/** Least characters that are held before chunks are given out. */
const HELD = 1 << 20;
/** A block larger than this many characters is cut although its end has not been seen. */
const MOST_HELD = 1 << 25;

/**
 * Cuts a text that is larger than memory should hold, as it arrives: joined, the chunks are the text. No chunk is over 70 % of the
 * window; blocks stay whole as in `chunkSpec`. Holds about 1 Mi characters, more only inside of a larger block.
 */
export async function* chunkSpecStream(options: ChunkStreamOptions): AsyncGenerator<StreamedChunk, void, undefined> {
  assertWindow(options.windowTokens);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const cutter = new StreamCutter(options);
  for await (const part of options.source) {
    yield* cutter.take(typeof part === "string" ? part : decoder.decode(part, { stream: true }), false);
  }
  yield* cutter.take(decoder.decode(), true);
}

class StreamCutter {
  private readonly options: ChunkStreamOptions;
  private readonly budget: number;
  private readonly place: Place = { index: 0, offset: 0, line: 1, open: [] };
  private parts: string[] = [];
  private length = 0;
  private wanted: number;
  private dialect: Dialect | undefined;

  constructor(options: ChunkStreamOptions) {
    this.options = options;
    this.budget = Math.max(1, Math.floor(options.windowTokens * CHUNK_SHARE));
    this.wanted = this.least();
  }

  take(part: string, last: boolean): StreamedChunk[] {
    this.parts.push(part);
    this.length += part.length;
    if (!last && this.length < this.wanted) return [];
    const text = this.parts.join("");
    const chunks = this.cut(text, last);
    const used = chunks.reduce((sum, chunk) => sum + chunk.text.length, 0);
    const rest = text.slice(used);
    this.parts = [rest];
    this.length = rest.length;
    this.wanted = chunks.length === 0 ? text.length * 2 : rest.length + this.least();
    return chunks;
  }

  private least(): number {
    return Math.max(HELD, this.budget * 16);
  }

  /** Chunks whose end does not hang on what follows: not the last two, and none whose end is inside of a block still open. */
  private cut(text: string, last: boolean): StreamedChunk[] {
    if (text === "") return [];
    const { countTokens, generation } = this.options;
    this.dialect ??= sniffDialect(text);
    const table = scanDialect(text, this.dialect, this.place.index > 0);
    const { room } = roomFor({ budget: this.budget, countTokens, generation });
    const pieces = cutPieces(text, table, { limit: room, generation });
    let bounds = planBounds(text, pieces, { budget: this.budget, countTokens, generation });
    if (!last) {
      let sure = bounds.length - 2;
      const forced = text.length >= MOST_HELD;
      while (sure > 0 && !forced && (bounds[sure - 1]?.cut ?? 0) > CUT.item) sure--;
      bounds = bounds.slice(0, Math.max(0, sure));
    }
    return describeChunks(text, { bounds, headings: collectHeadings(table), place: this.place });
  }
}
