/** Rules that look at one line: `i` is the first character after the indent, `end` excludes the line ending. */

const HASH = 35;
const STAR = 42;
const PLUS = 43;
const DASH = 45;
const COLON = 58;
const PIPE = 124;
const BACKSLASH = 92;

export function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

/** Level of an ATX heading, or 0. */
export function headingLevel(text: string, i: number, end: number): number {
  let n = i;
  while (n < end && text.charCodeAt(n) === HASH) n++;
  const level = n - i;
  if (level === 0 || level > 6) return 0;
  return n === end || isSpace(text.charCodeAt(n)) ? level : 0;
}

/** Length of the fence that opens here (three or more), or 0; a backtick fence has no backtick in its info. */
export function fenceLength(text: string, i: number, end: number): number {
  const mark = text.charCodeAt(i);
  let n = i;
  while (n < end && text.charCodeAt(n) === mark) n++;
  const length = n - i;
  if (length < 3) return 0;
  if (mark === 96) {
    for (let k = n; k < end; k++) if (text.charCodeAt(k) === 96) return 0;
  }
  return length;
}

/** Whether the line closes a fence of this mark and length. */
export function isFenceEnd(
  text: string,
  line: { i: number; end: number },
  fence: { mark: number; length: number },
): boolean {
  const { i, end } = line;
  let n = i;
  while (n < end && text.charCodeAt(n) === fence.mark) n++;
  if (n - i < fence.length) return false;
  while (n < end && isSpace(text.charCodeAt(n))) n++;
  return n === end;
}

/** Three or more of `-`, `_` or `*` and nothing else but blanks. */
export function isRule(text: string, i: number, end: number): boolean {
  const mark = text.charCodeAt(i);
  if (mark !== DASH && mark !== STAR && mark !== 95) return false;
  let count = 0;
  for (let n = i; n < end; n++) {
    const code = text.charCodeAt(n);
    if (code === mark) count++;
    else if (!isSpace(code)) return false;
  }
  return count >= 3;
}

/** Level of a setext underline (1 for `=`, 2 for `-`), or 0. */
export function setextLevel(text: string, i: number, end: number): number {
  const mark = text.charCodeAt(i);
  if (mark !== 61 && mark !== DASH) return 0;
  let n = i;
  while (n < end && text.charCodeAt(n) === mark) n++;
  while (n < end && isSpace(text.charCodeAt(n))) n++;
  if (n < end) return 0;
  return mark === 61 ? 1 : 2;
}

/** Width of a list marker (`-`, `*`, `+`, `12.`, `3)`), or 0. */
export function markerWidth(text: string, i: number, end: number): number {
  const code = text.charCodeAt(i);
  let n = i + 1;
  if (code !== DASH && code !== STAR && code !== PLUS) {
    if (code < 48 || code > 57) return 0;
    while (n < end && n - i < 10) {
      const digit = text.charCodeAt(n);
      if (digit < 48 || digit > 57) break;
      n++;
    }
    if (n - i > 9 || n >= end) return 0;
    const close = text.charCodeAt(n);
    if (close !== 46 && close !== 41) return 0;
    n++;
  }
  return n === end || isSpace(text.charCodeAt(n)) ? n - i : 0;
}

/** Number of columns of a table's delimiter row, or 0. */
export function delimiterColumns(text: string, i: number, end: number): number {
  let n = i;
  let columns = 0;
  let pipes = 0;
  if (text.charCodeAt(n) === PIPE) {
    n++;
    pipes++;
  }
  for (;;) {
    while (n < end && isSpace(text.charCodeAt(n))) n++;
    if (n >= end) break;
    if (text.charCodeAt(n) === COLON) n++;
    const from = n;
    while (n < end && text.charCodeAt(n) === DASH) n++;
    if (n === from) return 0;
    if (n < end && text.charCodeAt(n) === COLON) n++;
    columns++;
    while (n < end && isSpace(text.charCodeAt(n))) n++;
    if (n >= end) break;
    if (text.charCodeAt(n) !== PIPE) return 0;
    pipes++;
    n++;
  }
  const colons = columns === 1 && pipes === 0 ? text.slice(i, end).includes(":") : true;
  return columns > 0 && colons ? columns : 0;
}

/** Number of cells of a table row: unescaped pipes, an outer pair not counted. */
export function rowColumns(text: string, start: number, end: number): number {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  let cells = 1;
  for (let n = from; n < to; n++) {
    const code = text.charCodeAt(n);
    if (code === BACKSLASH) n++;
    else if (code === PIPE && n !== from && n !== to - 1) cells++;
  }
  return cells;
}

const BLOCK_TAGS = new Set(
  (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt " +
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link " +
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead " +
    "title tr track ul"
  ).split(" "),
);
const RAW_TAGS = new Set(["script", "pre", "style", "textarea"]);
const WHOLE_TAG =
  /^<(?:[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?|\/[A-Za-z][A-Za-z0-9-]*\s*)>\s*$/;

/** Kind of HTML block (1-7 of CommonMark 4.6) that starts here, or 0. */
export function htmlKind(text: string, i: number, end: number): number {
  const next = text.charCodeAt(i + 1);
  if (next === 33) {
    if (text.startsWith("<!--", i)) return 2;
    if (text.startsWith("<![CDATA[", i)) return 5;
    const letter = text.charCodeAt(i + 2);
    return (letter >= 65 && letter <= 90) || (letter >= 97 && letter <= 122) ? 4 : 0;
  }
  if (next === 63) return 3;
  const closing = next === 47;
  const from = closing ? i + 2 : i + 1;
  let n = from;
  while (n < end && n - from < 16 && /[A-Za-z0-9]/.test(text.charAt(n))) n++;
  if (n === from) return 0;
  const name = text.slice(from, n).toLowerCase();
  const after = n < end ? text.charCodeAt(n) : 32;
  const bounded = isSpace(after) || after === 62;
  if (!closing && bounded && RAW_TAGS.has(name)) return 1;
  if ((bounded || (after === 47 && text.charCodeAt(n + 1) === 62)) && BLOCK_TAGS.has(name)) return 6;
  if (end - i > 2000) return 0;
  return WHOLE_TAG.test(text.slice(i, end)) && (closing || !RAW_TAGS.has(name)) ? 7 : 0;
}

const HTML_END = ["", "", "-->", "?>", ">", "]]>"];

/** Whether the line ends an HTML block of kinds 1-5. */
export function isHtmlEnd(kind: number, line: string): boolean {
  if (kind === 1) return /<\/(?:script|pre|style|textarea)>/i.test(line);
  return line.includes(HTML_END[kind] ?? "");
}

/** How a definition goes on after its first line: not at all, with its target on the next line, or as a footnote's text does. */
export type DefinitionForm = "none" | "whole" | "target-follows" | "footnote";

const TARGET = /^(?:<[^<>]*>|[^\s<]\S*)(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?$/;

/** Whether a line that begins with "[" defines a link or a footnote, and how it goes on. */
export function readDefinition(text: string, i: number, end: number): DefinitionForm {
  let n = i + 1;
  let filled = false;
  for (; n < end && n - i < 1000; n++) {
    const code = text.charCodeAt(n);
    if (code === BACKSLASH) n++;
    else if (code === 91) return "none";
    else if (code === 93) break;
    if (!isSpace(code)) filled = true;
  }
  if (!filled || n >= end || text.charCodeAt(n) !== 93 || text.charCodeAt(n + 1) !== COLON) return "none";
  if (text.charCodeAt(i + 1) === 94) return "footnote";
  const rest = text.slice(n + 2, Math.min(end, n + 3000)).trim();
  if (rest !== "") return TARGET.test(rest) ? "whole" : "none";
  const next =
    text
      .slice(end, end + 3000)
      .split("\n", 2)[1]
      ?.trim() ?? "";
  return TARGET.test(next) ? "target-follows" : "none";
}

/** Whether a line starts a block that may interrupt a paragraph; its indent is below 4 columns, `i` its first character. */
export function interruptsParagraph(text: string, i: number, end: number): boolean {
  const code = text.charCodeAt(i);
  switch (code) {
    case 35:
      return headingLevel(text, i, end) > 0;
    case 96:
    case 126:
      return fenceLength(text, i, end) > 0;
    case 62:
      return true;
    case 60: {
      const kind = htmlKind(text, i, end);
      return kind > 0 && kind < 7;
    }
    case 91:
      return text.charCodeAt(i + 1) === 94 && readDefinition(text, i, end) === "footnote";
    case 42:
    case 45:
    case 95:
      if (isRule(text, i, end)) return true;
      return code !== 95 && hasItemText(text, i + markerWidth(text, i, end), { i, end });
    case 43:
      return hasItemText(text, i + markerWidth(text, i, end), { i, end });
    case 49: {
      const width = markerWidth(text, i, end);
      return width === 2 && hasItemText(text, i + width, { i, end });
    }
    default:
      return false;
  }
}

/** Whether a line outside a list item, quote or footnote starts a block instead of going on with the text in it; as {@link interruptsParagraph}. */
export function endsLazyText(text: string, i: number, end: number): boolean {
  return interruptsParagraph(text, i, end) || markerWidth(text, i, end) > 0;
}

function hasItemText(text: string, from: number, line: { i: number; end: number }): boolean {
  if (from === line.i) return false;
  let i = from;
  while (i < line.end && isSpace(text.charCodeAt(i))) i++;
  return i < line.end;
}
