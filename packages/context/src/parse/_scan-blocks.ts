import { BlockScanner, type ScanRange } from "./_block-scanner.ts";
import type { BlockTable } from "./_block-table.ts";
import { AsciiDocScanner, PlainTextScanner, RestructuredScanner } from "./_dialect-scanners.ts";
import { type Dialect, sniffDialect } from "./_sniff-dialect.ts";

/**
 * Scans lines into a flat table of blocks, one pass, no backtracking. A whole text is read as Markdown (CommonMark 0.31, GFM
 * tables) unless it looks like AsciiDoc, reStructuredText or numbered plain text; a range always as Markdown.
 * Items of a list are rows of their own; what is inside an item or a quote is scanned on demand.
 */
export function scanBlocks(text: string, range?: ScanRange): BlockTable {
  if (range) return new BlockScanner(text, range).run();
  return scanDialect(text, sniffDialect(text));
}

/** Scans a text of a known dialect; `continued` where it goes on with a document. */
export function scanDialect(text: string, dialect: Dialect, continued = false): BlockTable {
  const whole = { start: 0, end: text.length, column: 0, firstColumn: 0, continued };
  switch (dialect) {
    case "asciidoc":
      return new AsciiDocScanner(text, whole).run();
    case "rst":
      return new RestructuredScanner(text, whole).run();
    case "text":
      return new PlainTextScanner(text, whole).run();
    default:
      return new BlockScanner(text, whole).run();
  }
}
