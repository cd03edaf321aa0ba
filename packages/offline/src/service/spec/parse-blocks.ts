import type { SourceSpan } from "../service-model.ts";

interface BlockBase {
  span: SourceSpan;
  /** Titles of the headings above, outermost first, a heading's own title last. */
  headingPath: string[];
}

export interface HeadingBlock extends BlockBase {
  kind: "heading";
  level: number;
  text: string;
}

export interface ParagraphBlock extends BlockBase {
  kind: "paragraph";
  /** The source as it is, line ends included. */
  text: string;
}

export interface ItemBlock extends BlockBase {
  kind: "item";
  indent: number;
  text: string;
  /** Offset of the text after the bullet. */
  textStart: number;
}

export interface TableRow {
  cells: string[];
  span: SourceSpan;
}

export interface TableBlock extends BlockBase {
  kind: "table";
  header: string[];
  rows: TableRow[];
}

export interface CodeBlock extends BlockBase {
  kind: "code";
  language: string;
  text: string;
}

export type Block = HeadingBlock | ParagraphBlock | ItemBlock | TableBlock | CodeBlock;

interface SourceLine {
  text: string;
  start: number;
  end: number;
  number: number;
}

const fencePattern = /^\s{0,12}(`{3,}|~{3,})\s*([\w+-]*)/;
const headingPattern = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const itemPattern = /^(\s*)(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(?=\S)/;
const separatorPattern = /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Splits Markdown into the blocks the generator reads: headings, paragraphs, list items, tables, code. Linear in the length of the text. */
export function parseBlocks(source: string): Block[] {
  const lines = splitLines(source);
  const blocks: Block[] = [];
  let headingPath: string[] = [];
  let levels: number[] = [];
  let index = 0;
  while (index < lines.length) {
    const read = readBlock(lines, index, source);
    if (read === undefined) {
      index += 1;
      continue;
    }
    const { block, next } = read;
    if (block.kind === "heading") {
      const keep = levels.filter((level) => level < block.level).length;
      levels = [...levels.slice(0, keep), block.level];
      headingPath = [...headingPath.slice(0, keep), block.text];
    }
    blocks.push({ ...block, headingPath });
    index = next;
  }
  return blocks;
}

type ReadResult = { block: Block; next: number } | undefined;

function readBlock(lines: readonly SourceLine[], index: number, source: string): ReadResult {
  const line = lines[index];
  if (line === undefined || line.text.trim() === "") return undefined;
  if (line.text.trimStart().startsWith("<!--")) return skipComment(lines, index);
  return (
    readCode(lines, index, source) ??
    readHeading(line, index) ??
    readTable(lines, index) ??
    readText(lines, index, source)
  );
}

function skipComment(lines: readonly SourceLine[], index: number): ReadResult {
  let next = index;
  while (next < lines.length && !lines[next]?.text.includes("-->")) next += 1;
  const span = spanOf(lines, index, Math.min(next, lines.length - 1));
  return { block: { kind: "code", language: "comment", text: "", span, headingPath: [] }, next: next + 1 };
}

function readCode(lines: readonly SourceLine[], index: number, source: string): ReadResult {
  const open = fencePattern.exec(lines[index]?.text ?? "");
  if (open === null) return undefined;
  const fence = open[1] ?? "```";
  let last = index + 1;
  while (last < lines.length && !lines[last]?.text.trimStart().startsWith(fence)) last += 1;
  const from = lines[index + 1]?.start ?? source.length;
  const to = lines[last]?.start ?? source.length;
  const span = spanOf(lines, index, Math.min(last, lines.length - 1));
  const text = from < to ? source.slice(from, to) : "";
  return { block: { kind: "code", language: open[2] ?? "", text, span, headingPath: [] }, next: last + 1 };
}

function readHeading(line: SourceLine, index: number): ReadResult {
  const match = headingPattern.exec(line.text);
  if (match === null) return undefined;
  const span = { start: line.start, end: line.end, startLine: line.number, endLine: line.number };
  const level = match[1]?.length ?? 1;
  return { block: { kind: "heading", level, text: match[2] ?? "", span, headingPath: [] }, next: index + 1 };
}

function readTable(lines: readonly SourceLine[], index: number): ReadResult {
  const header = lines[index]?.text ?? "";
  const separator = lines[index + 1]?.text ?? "";
  if (!header.includes("|") || !separator.includes("-") || !separatorPattern.test(separator)) return undefined;
  const rows: TableRow[] = [];
  let next = index + 2;
  for (; next < lines.length; next += 1) {
    const text = lines[next]?.text ?? "";
    if (!text.includes("|") || text.trim() === "") break;
    rows.push({ cells: splitCells(text), span: spanOf(lines, next, next) });
  }
  const span = spanOf(lines, index, next - 1);
  return { block: { kind: "table", header: splitCells(header), rows, span, headingPath: [] }, next };
}

/** The cells of a table line; `\|` and a pipe inside backticks are part of a cell. */
function splitCells(line: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? "";
    if (character === "\\" && line[index + 1] === "|") {
      cell += "|";
      index += 1;
    } else if (character === "|" && !quoted) {
      cells.push(cell.trim());
      cell = "";
    } else {
      if (character === "`" && (quoted || line.indexOf("`", index + 1) > index)) quoted = !quoted;
      cell += character;
    }
  }
  cells.push(cell.trim());
  if (line.trimStart().startsWith("|")) cells.shift();
  if (cells.at(-1) === "") cells.pop();
  return cells;
}

function readText(lines: readonly SourceLine[], index: number, source: string): ReadResult {
  const line = lines[index];
  if (line === undefined) return undefined;
  const setext = readUnderlined(lines, index);
  if (setext !== undefined) return setext;
  const bullet = itemPattern.exec(line.text);
  let last = index;
  while (continuesText(lines, last + 1)) last += 1;
  const span = spanOf(lines, index, last);
  if (bullet === null) {
    const text = source.slice(span.start, span.end).replaceAll(/^(\s*)>/gm, (_, space: string) => `${space} `);
    return { block: { kind: "paragraph", text, span, headingPath: [] }, next: last + 1 };
  }
  const textStart = span.start + bullet[0].length;
  const indent = (bullet[1] ?? "").replaceAll("\t", "    ").length;
  const text = source.slice(textStart, span.end);
  return { block: { kind: "item", indent, text, textStart, span, headingPath: [] }, next: last + 1 };
}

/** A heading written as a line of text over a line of `=` or `-`. */
function readUnderlined(lines: readonly SourceLine[], index: number): ReadResult {
  const text = lines[index]?.text ?? "";
  const mark = /^(=+|-{2,})\s*$/.exec(lines[index + 1]?.text ?? "")?.[1];
  if (mark === undefined || itemPattern.test(text)) return undefined;
  const level = mark.startsWith("=") ? 1 : 2;
  const span = spanOf(lines, index, index + 1);
  return { block: { kind: "heading", level, text: text.trim(), span, headingPath: [] }, next: index + 2 };
}

function continuesText(lines: readonly SourceLine[], index: number): boolean {
  const text = lines[index]?.text;
  if (text === undefined || text.trim() === "") return false;
  if (itemPattern.test(text) || headingPattern.test(text) || fencePattern.test(text)) return false;
  return readTable(lines, index) === undefined;
}

function spanOf(lines: readonly SourceLine[], first: number, last: number): SourceSpan {
  const start = lines[first];
  const end = lines[last];
  return {
    start: start?.start ?? 0,
    end: end?.end ?? 0,
    startLine: start?.number ?? 1,
    endLine: end?.number ?? 1,
  };
}

function splitLines(source: string): SourceLine[] {
  const lines: SourceLine[] = [];
  let start = 0;
  while (start <= source.length) {
    const found = source.indexOf("\n", start);
    const end = found === -1 ? source.length : found;
    const text = source.slice(start, end).replace(/\r$/, "");
    lines.push({ text, start, end: start + text.length, number: lines.length + 1 });
    start = end + 1;
  }
  return lines;
}
