import { plainText } from "./_names.ts";
import type { TableBlock, TableRow } from "./parse-blocks.ts";
import type { FieldText } from "./parse-field.ts";

type Column =
  | "entity"
  | "name"
  | "type"
  | "required"
  | "nullable"
  | "unique"
  | "default"
  | "values"
  | "minimum"
  | "maximum"
  | "reference"
  | "key"
  | "notes";

const columnPatterns: readonly [RegExp, Column][] = [
  [/^(?:entity|resource|table|model|object|record)(?: name)?$/i, "entity"],
  [/^(?:field|attribute|property|column|member|name)(?: name)?s?$/i, "name"],
  [/^(?:data )?(?:type|format|kind)s?$/i, "type"],
  [/^(?:required|mandatory|req\.?|required\?|must|presence)\??$/i, "required"],
  [/^(?:nullable|optional|null)\??$/i, "nullable"],
  [/^unique\??$/i, "unique"],
  [/^defaults?(?: value)?$/i, "default"],
  [/^(?:allowed |possible |enum )?values?$|^enum$|^options$/i, "values"],
  [/^min(?:imum)?\.?(?: length| value)?$/i, "minimum"],
  [/^max(?:imum)?\.?(?: length| value)?$/i, "maximum"],
  [/^(?:references?|foreign key|fk|refers to|relation)$/i, "reference"],
  [/^(?:key|pk)$/i, "key"],
];

const notFields =
  /\b(?:quer(?:y|ies)|param(?:eter)?s?|filter(?:s|ing)?|environment|variables?|config(?:uration)?|settings|errors?|status codes?|headers?|endpoints?|routes?|pagination|sorting|glossary|terms|milestones?|schedule)\b/i;

/** A field row of a table, with the entity named in the row when the table covers several. */
export interface FieldRow {
  entity?: string;
  text: FieldText;
  row: TableRow;
}

/** The field rows of a table; undefined when it is no field table. */
export function readFieldTable(table: TableBlock): FieldRow[] | undefined {
  const columns = table.header.map(readColumn);
  if (!columns.includes("name") || !columns.includes("type")) return undefined;
  const title = plainText(table.headingPath.at(-1) ?? "");
  if (notFields.test(title)) return undefined;
  const rows: FieldRow[] = [];
  let entity: string | undefined;
  for (const row of table.rows) {
    const cell = (column: Column) => cellOf(row, columns, column);
    const named = plainText(cell("entity") ?? "");
    if (named !== "") entity = named;
    const name = fieldName(cell("name") ?? "");
    if (name === undefined) continue;
    const text = { name, type: cell("type") ?? "", ...readCells(row, columns) };
    rows.push({ text, row, ...(entity === undefined ? {} : { entity }) });
  }
  return rows.length === 0 ? undefined : rows;
}

function readCells(row: TableRow, columns: readonly Column[]): Omit<FieldText, "name" | "type"> {
  const cell = (column: Column) => cellOf(row, columns, column);
  const notes = row.cells.filter((_, index) => columns[index] === "notes").join("; ");
  const nullable = cell("nullable");
  const required =
    cell("required") ??
    (nullable === undefined
      ? undefined
      : /^(?:yes|y|true|✓|✔|✅|x|null|optional|nullable)/i.test(nullable.trim())
        ? "no"
        : "yes");
  const key = cell("key") ?? "";
  const more = [
    /\bPK\b|primary/i.test(key) ? "primary key" : "",
    /\bFK\b/.test(key) ? key : "",
    /^unique$/i.test(key) ? "unique" : "",
  ];
  return {
    notes: [notes, ...more].filter((part) => part !== "").join("; "),
    required,
    unique: cell("unique"),
    default: cell("default"),
    values: cell("values"),
    minimum: digits(cell("minimum")),
    maximum: digits(cell("maximum")),
    reference: filled(cell("reference")),
    span: row.span,
  };
}

function digits(cell: string | undefined): string | undefined {
  return /-?\d+(?:\.\d+)?/.exec(cell ?? "")?.[0];
}

function filled(cell: string | undefined): string | undefined {
  const text = plainText(cell ?? "");
  return /^(?:|[-–—]|none|n\/a|no)$/i.test(text) ? undefined : text;
}

function readColumn(title: string): Column {
  const plain = plainText(title);
  return columnPatterns.find(([pattern]) => pattern.test(plain))?.[1] ?? "notes";
}

function cellOf(row: TableRow, columns: readonly Column[], column: Column): string | undefined {
  const index = columns.indexOf(column);
  return index === -1 ? undefined : row.cells[index];
}

/** A field name as the spec writes it; titles in several words become snake case. */
export function fieldName(cell: string): string | undefined {
  const text = plainText(cell)
    .replace(/[*?!]+$/, "")
    .trim();
  if (/^[A-Za-z_]\w*$/.test(text)) return /^[A-Z][a-z]+$/.test(text) ? text.toLowerCase() : text;
  if (/^[A-Za-z][A-Za-z0-9]*(?:[ -][A-Za-z0-9]+){1,3}$/.test(text)) return text.toLowerCase().replaceAll(/[ -]/g, "_");
  return undefined;
}
