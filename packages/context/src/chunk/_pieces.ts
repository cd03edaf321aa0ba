import { type BlockTable, KIND } from "../parse/_block-table.ts";
import { isSpace } from "../parse/_line-rules.ts";
import { scanBlocks } from "../parse/_scan-blocks.ts";
import { estimateRange, type Generation } from "../tokens/estimate-tokens.ts";

/** How good a place is to cut before a piece: 1-6 heading levels, then blocks, items, lines, inside a line. */
export const CUT = {
  lowestHeading: 6,
  block: 7,
  afterColon: 8,
  item: 8,
  line: 10,
  brokenLine: 11,
  word: 12,
  anywhere: 13,
} as const;

/** The text as a row of pieces that each fit the budget; a piece runs to the start of the next. */
export class PieceList {
  count = 0;
  start = new Int32Array(1024);
  tokens = new Float64Array(1024);
  cut = new Uint8Array(1024);
  /** 1 where the piece is a heading, which must not end a chunk. */
  heading = new Uint8Array(1024);

  add(start: number, tokens: number, cut: number): number {
    if (this.count === this.cut.length) this.grow();
    const row = this.count++;
    this.start[row] = start;
    this.tokens[row] = tokens;
    this.cut[row] = cut;
    this.heading[row] = 0;
    return row;
  }

  private grow(): void {
    const size = this.count * 2;
    const start = new Int32Array(size);
    start.set(this.start);
    this.start = start;
    const tokens = new Float64Array(size);
    tokens.set(this.tokens);
    this.tokens = tokens;
    const cut = new Uint8Array(size);
    cut.set(this.cut);
    this.cut = cut;
    const heading = new Uint8Array(size);
    heading.set(this.heading);
    this.heading = heading;
  }
}

export interface PieceOptions {
  /** Largest piece, in estimated tokens. */
  limit: number;
  generation?: Generation | undefined;
}

/** Cuts a text into pieces: blocks where they fit the limit, else their items, lines, words. */
export function cutPieces(text: string, table: BlockTable, options: PieceOptions): PieceList {
  const cutter = new PieceCutter(text, options);
  cutter.blocks(table, { start: 0, end: text.length, depth: 0 });
  return cutter.pieces;
}

interface Part {
  start: number;
  end: number;
  depth: number;
}

/** No character costs more than this many tokens in any generation. */
const DEAREST = 6;
const LONGEST_SEGMENT = 256;
/** The estimator's memory in characters. */
const MEMORY = 16;
/** A chunk that begins inside a line costs up to this much more than the same text after what stands before it. */
const SEAM = 2;

class PieceCutter {
  readonly pieces = new PieceList();
  private readonly text: string;
  private readonly options: PieceOptions;

  constructor(text: string, options: PieceOptions) {
    this.text = text;
    this.options = options;
  }

  blocks(table: BlockTable, part: Part): void {
    let previous = 0;
    for (let row = 0; row < table.count; row++) {
      const start = row === 0 ? part.start : (table.start[row] ?? 0);
      const end = row + 1 < table.count ? (table.start[row + 1] ?? part.end) : part.end;
      const kind = table.kind[row] ?? 0;
      let cut: number = CUT.block;
      if (kind === KIND.heading && part.depth === 0) cut = table.level[row] ?? 1;
      else if (kind === KIND.item && previous === KIND.item) cut = CUT.item;
      else if (this.followsColon(start)) cut = CUT.afterColon;
      if (part.depth > 0) cut = row === 0 ? cut : Math.max(cut, CUT.item);
      this.block({ start, end, depth: part.depth }, { table, row, kind, cut });
      previous = kind;
    }
    if (table.count === 0 && part.end > part.start) this.lines(part, CUT.block);
  }

  private block(part: Part, block: { table: BlockTable; row: number; kind: number; cut: number }): void {
    const tokens = estimateRange(this.text, part, this.options.generation);
    if (tokens <= this.options.limit) {
      const row = this.pieces.add(part.start, tokens, block.cut);
      if (block.kind === KIND.heading) this.pieces.heading[row] = 1;
      return;
    }
    const { table, row } = block;
    const content = table.content[row] ?? 0;
    if (block.kind === KIND.item && part.depth < 8 && content < (table.end[row] ?? 0)) {
      const column = table.column[row] ?? 0;
      const first = this.pieces.count;
      const inner = scanBlocks(this.text, { start: content, end: part.end, column, firstColumn: column });
      this.blocks(inner, { ...part, depth: part.depth + 1 });
      if (this.pieces.count > first) this.pieces.cut[first] = block.cut;
      return;
    }
    this.lines(part, block.cut);
  }

  private followsColon(start: number): boolean {
    let i = start - 1;
    while (i >= 0 && this.text.charCodeAt(i) <= 32) i--;
    return i >= 0 && this.text.charCodeAt(i) === 58;
  }

  private lines(part: Part, firstCut: number): void {
    const { text } = this;
    let position = part.start;
    let cut = firstCut;
    while (position < part.end) {
      const newline = text.indexOf("\n", position);
      const end = newline === -1 || newline >= part.end ? part.end : newline + 1;
      const tokens = estimateRange(text, { start: position, end }, this.options.generation);
      if (tokens <= this.options.limit) this.pieces.add(position, tokens, cut);
      else this.words(position, end, cut);
      cut = this.lineCut(position, end);
      position = end;
    }
  }

  /** A blank line or the end of a sentence is a better place to cut after than the middle of a sentence. */
  private lineCut(start: number, end: number): number {
    let i = end - 1;
    while (i >= start && this.text.charCodeAt(i) <= 32) i--;
    if (i < start) return CUT.line - 1;
    const code = this.text.charCodeAt(i);
    return code === 46 || code === 33 || code === 63 || code === 59 || code === 124 || code === 125
      ? CUT.line
      : CUT.brokenLine;
  }

  private words(start: number, end: number, firstCut: number): void {
    const { text } = this;
    const longest = Math.max(1, Math.min(LONGEST_SEGMENT, Math.floor((this.options.limit - SEAM) / DEAREST)));
    let position = start;
    let cut = firstCut;
    while (position < end) {
      let stop = Math.min(end, position + longest);
      let next: number = CUT.anywhere;
      if (stop < end) {
        const from = position + (longest >> 1);
        for (let i = stop; i > from; i--) {
          if (!isSpace(text.charCodeAt(i - 1))) continue;
          stop = i;
          next = CUT.word;
          break;
        }
        if (
          next === CUT.anywhere &&
          isLowSurrogate(text.charCodeAt(stop)) &&
          isHighSurrogate(text.charCodeAt(stop - 1))
        ) {
          stop = stop - 1 > position ? stop - 1 : stop + 1;
        }
      }
      this.pieces.add(position, this.estimateInLine({ line: start, start: position, end: stop }) + SEAM, cut);
      position = stop;
      cut = next;
    }
  }

  /** Tokens of a part of a line, read after the characters that stand before it. */
  private estimateInLine(part: { line: number; start: number; end: number }): number {
    const { text, options } = this;
    const start = Math.max(part.line, part.start - MEMORY);
    const before = estimateRange(text, { start, end: part.start }, options.generation);
    return estimateRange(text, { start, end: part.end }, options.generation) - before;
  }
}

export function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

export function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
