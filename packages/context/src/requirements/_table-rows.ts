export interface TableRow {
  start: number;
  end: number;
  line: number;
  cells: string[];
}

/** Header and rows of a Markdown table; cells trimmed, escaped pipes kept as pipes. */
export function parseTableRows(
  text: string,
  start: number,
  firstLine: number,
  end: number,
): { header: string[]; rows: TableRow[] } {
  const rows: TableRow[] = [];
  let position = start;
  let line = firstLine;
  while (position < end) {
    const newline = text.indexOf("\n", position);
    const stop = newline === -1 || newline > end ? end : newline;
    const source = text.slice(position, stop);
    if (source.trim() !== "") {
      const lead = source.length - source.trimStart().length;
      rows.push({ start: position + lead, end: position + source.trimEnd().length, line, cells: splitCells(source) });
    }
    position = stop + 1;
    line++;
  }
  const header = rows[0]?.cells ?? [];
  return { header, rows: rows.slice(2) };
}

function splitCells(source: string): string[] {
  const line = source
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  const cells: string[] = [];
  let cell = "";
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "\\" && line.charAt(i + 1) === "|") {
      cell += "|";
      i++;
    } else if (char === "|") {
      cells.push(cell.trim());
      cell = "";
    } else cell += char;
  }
  cells.push(cell.trim());
  return cells;
}
