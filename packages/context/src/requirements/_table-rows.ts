import type { Span } from "@ccb/core";

export interface TableRow {
  start: number;
  end: number;
  line: number;
  cells: string[];
}

/** Header and rows of a Markdown or AsciiDoc table; cells trimmed, escaped pipes kept as pipes. */
export function parseTableRows(text: string, span: Span): { header: string[]; rows: TableRow[] } {
  const rows: TableRow[] = [];
  let position = span.start;
  let line = span.startLine;
  while (position < span.end) {
    const newline = text.indexOf("\n", position);
    const stop = newline === -1 || newline > span.end ? span.end : newline;
    const source = text.slice(position, stop);
    if (source.trim() !== "" && !/^\|={3,}\s*$/.test(source)) {
      const lead = source.length - source.trimStart().length;
      rows.push({ start: position + lead, end: position + source.trimEnd().length, line, cells: splitCells(source) });
    }
    position = stop + 1;
    line++;
  }
  const header = rows[0]?.cells ?? [];
  const second = rows[1]?.cells ?? [];
  const ruled = second.length > 0 && second.every((cell) => /^:?-+:?$/.test(cell));
  return { header, rows: rows.slice(ruled ? 2 : 1).filter((row) => row.cells.length >= Math.min(2, header.length)) };
}

function splitCells(source: string): string[] {
  const line = source
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  const cells: string[] = [];
  let from = 0;
  for (let i = 0; i <= line.length; i++) {
    if (i < line.length && (line.charCodeAt(i) !== 124 || line.charCodeAt(i - 1) === 92)) continue;
    cells.push(line.slice(from, i).replaceAll("\\|", "|").trim());
    from = i + 1;
  }
  return cells;
}
