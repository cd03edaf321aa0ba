import type { Span } from "@ccb/core";
import { plainText } from "../parse/_plain-text.ts";
import type { Candidate } from "./_candidate.ts";
import { parseTableRows, type TableRow } from "./_table-rows.ts";

const LABEL_CELL = /^[A-Z][A-Z0-9]{0,11}(?:[-_][A-Z0-9]{1,10})*[-_. ]?\d+(?:\.\d+)*[a-z]?$/;

/** The requirements the rows of a table state: endpoints, fields of an entity, labelled statements, targets. */
export function tableCandidates(text: string, span: Span, headingPath: string[]): Candidate[] {
  const { header, rows } = parseTableRows(text, span.start, span.startLine, span.end);
  const names = header.map((cell) => plainText(cell).toLowerCase());
  const column = (pattern: RegExp): number => names.findIndex((name) => pattern.test(name));
  const method = column(/^(?:http )?(?:method|verb)$/);
  const path = column(/^(?:path|endpoint|route|url|uri|resource)\b/);
  const field = column(/^(?:field|attribute|column|property|parameter|param|name|key|option|setting)s?(?: name)?$/);
  const type = column(/^(?:data )?type$|^format$/);
  const statement = column(
    /requirement|description|statement|story|criteri|rule|behaviou?r|expected|shall|target|constraint/,
  );
  const priority = column(/^(?:priority|prio|moscow|level|importance|must)/);
  const label = column(/^(?:id|#|no\.?|nr|ref|req(?:uirement)? ?id|code|key)\b/);
  const toCandidate = (row: TableRow, source: Candidate["source"], words: string): Candidate => {
    const candidate: Candidate = {
      text: words,
      start: row.start,
      end: row.end,
      startLine: row.line,
      endLine: row.line,
      headingPath,
      source,
    };
    const id = plainText(row.cells[label] ?? "");
    if (label >= 0 && LABEL_CELL.test(id)) candidate.label = id.replace(/[ _]/g, "-");
    const stated = row.cells[priority];
    if (priority >= 0 && stated) candidate.priority = stated;
    return candidate;
  };
  const found: Candidate[] = [];
  for (const row of rows) {
    const cells = row.cells.map(plainText);
    const filled = (skip: number[]): string =>
      cells.filter((cell, index) => cell !== "" && !skip.includes(index)).join(" — ");
    if (method >= 0 && path >= 0) {
      const rest = filled([method, path, label, priority]);
      found.push(toCandidate(row, "endpoint", `${cells[method]} ${cells[path]}${rest === "" ? "" : `: ${rest}`}`));
    } else if (field >= 0 && type >= 0) {
      const parts = cells.flatMap((cell, index) =>
        index === field || cell === "" || cell === "-" ? [] : [`${names[index]} ${cell}`],
      );
      found.push(
        toCandidate(row, "field", `${headingPath.at(-1) ?? ""} field ${cells[field]}: ${parts.join(", ")}`.trim()),
      );
    } else if (statement >= 0) {
      const rest = filled([label, priority]);
      if (rest !== "") found.push(toCandidate(row, "row", rest));
    }
  }
  return found;
}
