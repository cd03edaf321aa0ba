import type { Span } from "@ccb/core";
import { plainText } from "../parse/_plain-text.ts";
import type { Candidate } from "./_candidate.ts";
import { cellLabel } from "./_labels.ts";
import type { SectionMode } from "./_section-mode.ts";
import { parseTableRows, type TableRow } from "./_table-rows.ts";

type Reading = "endpoint" | "field" | "labelled" | "stated" | "none";

interface Columns {
  names: string[];
  method: number;
  path: number;
  field: number;
  type: number;
  priority: number;
  label: number;
}

const METHOD_CELL = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|WS|SSE)\b/;
/** Tables of words, people, dates and the like. */
const CLOSED_HEADER =
  /^(?:terms?|words?|acronym|abbreviation|definition|explanation|version|revision|date|when|author|quarter|milestone|phase|sprint|step|risk|likelihood|probability|impact|mitigation|owner|stakeholder|persona|person|team|member|contact|reference|document|example|input|alternative|option [a-z]|pros?|cons?|library|tool|competitor|change|week|deliverable|question|decision|assumption|test(?: case)?|cost|price|responsib\w+|accountable|interest|influence|reviewer|approver|due|deadline)s?$/;
const STATED_HEADER =
  /requirement|statement|user story|criteri|\brule|behaviou?r|expected|\bshall\b|\bmust\b|target|objective|threshold|constraint|\blimit|\bslo\b|\bsla\b|\bgoal|kept for|maximum|minimum|validation|permission|allowed|capability|feature|function|status|code|error|event|option|flag|argument|command|setting|variable|parameter|key$|^from$|^to$|transition|^period$|retention/;

/** The requirements that rows of a table state: endpoints, fields, labelled statements, targets, codes, options. */
export function tableCandidates(
  text: string,
  span: Span,
  context: { headingPath: string[]; mode: SectionMode },
): Candidate[] {
  const { header, rows } = parseTableRows(text, span);
  const columns = findColumns(header, rows);
  const reading = readTable(columns, rows, context.mode);
  if (reading === "none") return [];
  return rows.flatMap((row) => {
    const words = renderRow(row, columns, { reading, heading: context.headingPath.at(-1) ?? "" });
    return words === "" ? [] : [toCandidate(row, { columns, reading, words, headingPath: context.headingPath })];
  });
}

function findColumns(header: string[], rows: TableRow[]): Columns {
  const names = header.map((cell) => plainText(cell).toLowerCase());
  const column = (pattern: RegExp): number => names.findIndex((name) => pattern.test(name));
  const labelled = rows.filter((row) => cellLabel(plainText(row.cells[0] ?? "")) !== undefined).length;
  const named = column(/^(?:ids?|#|no\.?|nr\.?|ref\.?|req(?:uirement)?\.? ?(?:ids?|no\.?|#)|code|key|number)$/);
  return {
    names,
    method: column(/^(?:http )?(?:method|verb)s?$/),
    path: column(/^(?:path|endpoint|route|url|uri|resource)s?\b/),
    field: column(/^(?:field|attribute|column|property|parameter|param|name|key|member)s?(?: name)?$/),
    type: column(/^(?:data ?)?type$|^format$/),
    priority: column(/^(?:priority|prio\.?|moscow|level|importance|class|must|m\/s\/c|need|required\?)$/),
    label: labelled * 2 > rows.length ? 0 : named,
  };
}

function readTable(columns: Columns, rows: TableRow[], mode: SectionMode): Reading {
  const { names } = columns;
  if (mode === "closed" || rows.length === 0 || names.every((name) => name === "")) return "none";
  const endpoints = rows.filter((row) => row.cells.some((cell) => METHOD_CELL.test(plainText(cell)))).length;
  if ((columns.method >= 0 && columns.path >= 0) || endpoints * 2 > rows.length) return "endpoint";
  if (columns.field >= 0 && columns.type >= 0) return "field";
  const closed = names.some((name) => CLOSED_HEADER.test(name));
  const labelled = rows.filter((row) => cellLabel(plainText(row.cells[columns.label] ?? "")) !== undefined).length;
  if (
    labelled * 2 > rows.length &&
    !CLOSED_HEADER.test(names[0] ?? "") &&
    (!closed || names.some((name) => STATED_HEADER.test(name)))
  )
    return "labelled";
  if (closed && !names.slice(1).some((name) => /requirement|target|objective|threshold|criteri/.test(name)))
    return mode === "stated" && names[0] === "status" ? "stated" : isCodeTable(names) ? "stated" : "none";
  if (names.some((name) => STATED_HEADER.test(name))) return "stated";
  const measured = rows.filter((row) => row.cells.slice(1).some((cell) => /\d/.test(cell))).length;
  return mode === "stated" || (mode === "neutral" && measured * 2 > rows.length) ? "stated" : "none";
}

/** "| Status | When |", "| Code | Meaning |". */
function isCodeTable(names: string[]): boolean {
  return /^(?:http )?(?:status|code|error|exit code|status code|error code)s?$/.test(names[0] ?? "");
}

function renderRow(row: TableRow, columns: Columns, how: { reading: Reading; heading: string }): string {
  const cells = row.cells.map(plainText);
  const filled = (skip: number[]): string =>
    cells.filter((cell, index) => cell !== "" && cell !== "-" && cell !== "—" && !skip.includes(index)).join(" — ");
  if (how.reading === "endpoint" && columns.method >= 0 && columns.path >= 0) {
    const rest = filled([columns.method, columns.path, columns.label, columns.priority]);
    return `${cells[columns.method]} ${cells[columns.path]}${rest === "" ? "" : `: ${rest}`}`;
  }
  if (how.reading === "field") {
    const parts = cells.flatMap((cell, index) =>
      index === columns.field || cell === "" || cell === "-" ? [] : [`${columns.names[index]} ${cell}`],
    );
    return `${how.heading} field ${cells[columns.field]}: ${parts.join(", ")}`.trim();
  }
  return filled([
    columns.label === 0 && cellLabel(cells[0] ?? "") === undefined ? -1 : columns.label,
    columns.priority,
  ]);
}

function toCandidate(
  row: TableRow,
  found: { columns: Columns; reading: Reading; words: string; headingPath: string[] },
): Candidate {
  const { columns, reading, words, headingPath } = found;
  const source = reading === "endpoint" || reading === "field" ? reading : "row";
  const candidate: Candidate = {
    text: words,
    start: row.start,
    end: row.end,
    startLine: row.line,
    endLine: row.line,
    headingPath,
    source,
  };
  const label = columns.label >= 0 ? cellLabel(plainText(row.cells[columns.label] ?? "")) : undefined;
  if (label !== undefined) candidate.label = label;
  const stated = row.cells[columns.priority];
  if (columns.priority >= 0 && stated) candidate.priority = stated;
  return candidate;
}
