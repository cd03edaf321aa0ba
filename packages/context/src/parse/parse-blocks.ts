import type { Span } from "@ccb/core";
import { type BlockTable, KIND } from "./_block-table.ts";
import { scanBlocks } from "./_scan-blocks.ts";

export type BlockKind =
  | "front-matter"
  | "heading"
  | "fence"
  | "code"
  | "table"
  | "list"
  | "item"
  | "quote"
  | "html"
  | "definition"
  | "paragraph"
  | "rule";

/** One block of a document; `span` in UTF-16 offsets, `bytes` in UTF-8 bytes, both without trailing blank lines. */
export interface Block {
  kind: BlockKind;
  span: Span;
  bytes: { start: number; end: number };
  /** Headings: 1-6. */
  level?: number;
  /** Lists: whether the markers are numbers. */
  ordered?: boolean;
  /** Items: offset of the content after the marker. */
  contentStart?: number;
  /** Lists hold items, items hold blocks. */
  children?: Block[];
}

const NAMES: Record<number, BlockKind> = {
  [KIND.frontMatter]: "front-matter",
  [KIND.heading]: "heading",
  [KIND.fence]: "fence",
  [KIND.code]: "code",
  [KIND.table]: "table",
  [KIND.item]: "item",
  [KIND.quote]: "quote",
  [KIND.html]: "html",
  [KIND.definition]: "definition",
  [KIND.paragraph]: "paragraph",
  [KIND.rule]: "rule",
};

/** Nesting beyond this is left as one item: a guard against documents that are nothing but markers. */
const DEEPEST = 24;

interface Place {
  line: number;
  column: number;
  depth: number;
}

/**
 * Parses the block structure of a Markdown document: every block with its place in characters, bytes and lines.
 * Linear in the size of the text, never throws. Follows CommonMark 0.31 and GFM tables; lists and their items are nested,
 * quotes are leaves.
 */
export function parseBlocks(text: string): Block[] {
  const table = scanBlocks(text);
  const blocks = toBlocks(text, table, { line: 1, column: 0, depth: 0 });
  addBytes(text, blocks);
  return blocks;
}

function toBlocks(text: string, table: BlockTable, place: Place): Block[] {
  const blocks: Block[] = [];
  let list: Block | undefined;
  let listMark = -1;
  for (let row = 0; row < table.count; row++) {
    const block = toBlock(table, row, place.line);
    if (block.kind !== "item") {
      list = undefined;
      blocks.push(block);
      continue;
    }
    const mark = table.level[row] ?? 0;
    const children = itemChildren(text, { table, row, place });
    if (children.length > 0) block.children = children;
    if (!list || mark !== listMark) {
      list = {
        kind: "list",
        span: { ...block.span },
        bytes: { start: 0, end: 0 },
        ordered: isOrdered(mark),
        children: [],
      };
      listMark = mark;
      blocks.push(list);
    }
    list.children?.push(block);
    list.span.end = block.span.end;
    list.span.endLine = block.span.endLine;
  }
  return blocks;
}

function isOrdered(mark: number): boolean {
  return mark === 46 || mark === 41;
}

function toBlock(table: BlockTable, row: number, firstLine: number): Block {
  const code = table.kind[row] ?? KIND.paragraph;
  const block: Block = {
    kind: NAMES[code] ?? "paragraph",
    span: {
      start: table.start[row] ?? 0,
      end: table.end[row] ?? 0,
      startLine: firstLine + (table.line[row] ?? 0),
      endLine: firstLine + (table.lastLine[row] ?? 0),
    },
    bytes: { start: 0, end: 0 },
  };
  if (code === KIND.heading) block.level = table.level[row] ?? 1;
  if (code === KIND.item) block.contentStart = table.content[row] ?? block.span.start;
  return block;
}

function itemChildren(text: string, item: { table: BlockTable; row: number; place: Place }): Block[] {
  const { table, row, place } = item;
  const start = table.content[row] ?? 0;
  const end = table.end[row] ?? 0;
  if (start >= end || place.depth >= DEEPEST) return [];
  if (table.lastLine[row] === table.line[row] && isPlainStart(text.charCodeAt(start))) {
    const line = place.line + (table.line[row] ?? 0);
    return [{ kind: "paragraph", span: { start, end, startLine: line, endLine: line }, bytes: { start: 0, end: 0 } }];
  }
  const column = place.column + (table.column[row] ?? 0);
  const inner = scanBlocks(text, { start, end, column, firstColumn: column });
  return toBlocks(text, inner, { line: place.line + (table.line[row] ?? 0), column, depth: place.depth + 1 });
}

/** Whether a single line that begins with this character can only be a paragraph: letters. */
function isPlainStart(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 0xbf;
}

/** UTF-8 length of one UTF-16 unit; the halves of a surrogate pair count two bytes each. */
function unitBytes(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code >= 0xd800 && code <= 0xdfff ? 2 : 3;
}

/** Fills in byte offsets in one pass: blocks and their children come in the order of the text. */
function addBytes(text: string, blocks: Block[]): void {
  let position = 0;
  let bytes = 0;
  const advance = (to: number): number => {
    for (; position < to; position++) bytes += unitBytes(text.charCodeAt(position));
    return bytes;
  };
  const visit = (block: Block): void => {
    block.bytes.start = advance(block.span.start);
    if (block.children) for (const child of block.children) visit(child);
    block.bytes.end = advance(block.span.end);
  };
  for (const block of blocks) visit(block);
}
