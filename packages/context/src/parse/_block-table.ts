/** Numeric block kinds of the scanner: a table of typed arrays keeps a 100 MB document cheap. */
export const KIND = {
  frontMatter: 1,
  heading: 2,
  fence: 3,
  code: 4,
  table: 5,
  item: 6,
  quote: 7,
  html: 8,
  definition: 9,
  paragraph: 10,
  rule: 11,
} as const;

export type KindCode = (typeof KIND)[keyof typeof KIND];

/** Rows of blocks in document order; a block runs to the start of the next one, `end` excludes trailing blank lines. */
export class BlockTable {
  count = 0;
  kind: Uint8Array;
  /** Heading level 1-6; for items the marker's character code. */
  level: Uint8Array;
  start: Int32Array;
  end: Int32Array;
  /** Line number relative to the scanned range, from 0. */
  line: Int32Array;
  /** Line of the last line with content, relative to the range. */
  lastLine: Int32Array;
  /** Items only: offset where the content begins, after the marker. */
  content: Int32Array;
  /** Items only: column of the content, the indent that continues the item. */
  column: Int32Array;
  /** Number of lines scanned. */
  lines = 0;

  constructor(size = 256) {
    this.kind = new Uint8Array(size);
    this.level = new Uint8Array(size);
    this.start = new Int32Array(size);
    this.end = new Int32Array(size);
    this.line = new Int32Array(size);
    this.lastLine = new Int32Array(size);
    this.content = new Int32Array(size);
    this.column = new Int32Array(size);
  }

  add(kind: KindCode, start: number, line: number): number {
    if (this.count === this.kind.length) this.grow();
    const row = this.count++;
    this.kind[row] = kind;
    this.start[row] = start;
    this.line[row] = line;
    this.end[row] = start;
    this.lastLine[row] = line;
    return row;
  }

  private grow(): void {
    const size = this.kind.length * 2;
    this.kind = resize(Uint8Array, this.kind, size);
    this.level = resize(Uint8Array, this.level, size);
    this.start = resize(Int32Array, this.start, size);
    this.end = resize(Int32Array, this.end, size);
    this.line = resize(Int32Array, this.line, size);
    this.lastLine = resize(Int32Array, this.lastLine, size);
    this.content = resize(Int32Array, this.content, size);
    this.column = resize(Int32Array, this.column, size);
  }
}

function resize<T extends Uint8Array | Int32Array>(type: new (size: number) => T, old: T, size: number): T {
  const next = new type(size);
  next.set(old);
  return next;
}
