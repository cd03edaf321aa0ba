import type { Painter } from "../render/_painter.ts";

/** Rows of cells as aligned columns: the first to the left, the others to the right. Pure. */
export function renderTable(rows: string[][], paint: Painter): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row, index) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    const line = `  ${cells.join("  ").trimEnd()}`;
    return index === 0 ? paint.dim(line) : line;
  });
}

/** Rows as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is quoted with an apostrophe. Pure. */
export function renderCsv(rows: (string | number | undefined)[][]): string {
  const cell = (value: string | number | undefined) => {
    const text = value === undefined ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
