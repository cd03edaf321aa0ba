import type { SourceSpan, StatementModel } from "../service-model.ts";
import { plainText } from "./_names.ts";
import type { Block } from "./parse-blocks.ts";

/** A sentence, list item or table row while the spec is read. */
export interface Statement extends StatementModel {
  /** Without Markdown marks except backticks. */
  raw: string;
  /** Without any Markdown marks, white space collapsed. */
  plain: string;
  kind: "sentence" | "row";
  /** The cells of a table row, and the titles above them. */
  cells: string[];
  header: string[];
  /** Text of the item this one is nested under, or of the sentence that introduces the list. */
  lead: string;
  /** The block it stands in; sentences of one paragraph share it. */
  block: Block;
  /** True once a reader took it as a definition, so that no rule reads it again. */
  claimed?: boolean;
  /** True under a heading that takes it out of the scope. */
  outOfScope?: boolean;
  /** How many words may stay unexplained: none where only general words matched, some where a definite rule did. */
  tolerance: number;
}

const abbreviation = /(?:\b(?:e\.g|i\.e|etc|vs|approx|max|min|no|incl|resp|cf)|\b[A-Z])\.$/i;
const labelPattern =
  /^\s*(?:\*\*)?\[?(?:[A-Z]{1,6}-?[A-Z]{0,4}[-_ ]?\d+(?:\.\d+)*|R\d+)\]?(?:\*\*)?\s*(?:[:.)\]—–-]\s*)?(?:\*\*\s*)?/;

/** Cuts the text blocks into statements, in order. Every statement knows where it stands. */
export function readStatements(blocks: readonly Block[], source: string): Statement[] {
  const statements: Statement[] = [];
  const leads: { indent: number; text: string }[] = [];
  let intro = "";
  for (const block of blocks) {
    if (block.kind === "heading" || block.kind === "table" || block.kind === "code") leads.length = 0;
    if (block.kind === "heading") intro = "";
    if (block.kind === "paragraph") {
      leads.length = 0;
      intro = plainText(block.text);
      statements.push(
        ...splitSentences(block.text, block.span.start).map((part) =>
          createStatement(part, block, { lead: "", source }),
        ),
      );
    }
    if (block.kind === "item") {
      while (leads.length > 0 && (leads.at(-1)?.indent ?? 0) >= block.indent) leads.pop();
      const lead = leads.at(-1)?.text ?? (intro.endsWith(":") ? intro : "");
      leads.push({ indent: block.indent, text: plainText(block.text) });
      statements.push(
        ...splitSentences(block.text, block.textStart).map((part) => createStatement(part, block, { lead, source })),
      );
    }
    if (block.kind === "table") {
      for (const row of block.rows) {
        const raw = describeRow(block.header, row.cells);
        const text = plainText(row.cells.filter((cell) => cell !== "").join(" | "));
        const { cells, span } = row;
        statements.push({
          ...emptyStatement(block),
          raw,
          plain: plainText(raw),
          text,
          span,
          kind: "row",
          lead: intro,
          cells,
          header: block.header,
        });
      }
    }
  }
  return statements;
}

function emptyStatement(block: Block) {
  return {
    headingPath: block.headingPath,
    parts: [] as string[],
    tolerance: 0,
    block,
    cells: [] as string[],
    header: [] as string[],
  };
}

/** The first cell, then the others after their column titles, so that rules read "Default: 20". A lone requirement column needs no title. */
function describeRow(header: readonly string[], cells: readonly string[]): string {
  const requirement = header.findIndex((title) =>
    /^(?:requirement|description|rule|statement|shall|story|text)s?$/i.test(title),
  );
  const isList = requirement !== -1 && header.some((title) => /^(?:id|no\.?|nr\.?|#|ref\.?|code|key)$/i.test(title));
  if (isList) return cells[requirement] ?? "";
  return cells
    .map((cell, index) => (index === 0 || cell === "" ? cell : `${header[index] ?? ""}: ${cell}`))
    .filter((cell) => cell !== "")
    .join("; ");
}

interface SentencePart {
  text: string;
  start: number;
}

function createStatement(
  part: SentencePart,
  block: Block,
  { lead, source }: { lead: string; source: string },
): Statement {
  const raw = part.text.replace(labelPattern, "").replaceAll(/\s+/g, " ").trim();
  const plain = plainText(raw);
  const span = spanOfPart(part, block.span, source);
  return { ...emptyStatement(block), raw, plain, text: plain, span, kind: "sentence", lead };
}

function spanOfPart(part: SentencePart, block: SourceSpan, source: string): SourceSpan {
  const start = part.start;
  const end = start + part.text.length;
  const startLine = block.startLine + countLines(source, block.start, start);
  return { start, end, startLine, endLine: startLine + countLines(source, start, end) };
}

function countLines(source: string, from: number, to: number): number {
  let count = 0;
  for (let index = source.indexOf("\n", from); index !== -1 && index < to; index = source.indexOf("\n", index + 1))
    count += 1;
  return count;
}

/** Splits text at the ends of sentences; full stops in backticks, numbers and common abbreviations do not count. */
function splitSentences(text: string, offset: number): SentencePart[] {
  const parts: SentencePart[] = [];
  let from = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === "`") quoted = !quoted;
    if (quoted || (character !== "." && character !== "!" && character !== "?")) continue;
    const rest = text.slice(index + 1, index + 6);
    if (!/^[)*_"']{0,3}(?:\s+\S|\s*$)/.test(rest)) continue;
    if (abbreviation.test(text.slice(Math.max(0, index - 8), index + 1)) && rest.trim() !== "") continue;
    const end = index + 1 + (/^[)*_"']*/.exec(rest)?.[0].length ?? 0);
    pushPart(parts, text.slice(from, end), offset + from);
    from = end;
  }
  pushPart(parts, text.slice(from), offset + from);
  return parts;
}

function pushPart(parts: SentencePart[], text: string, start: number): void {
  const lead = text.length - text.trimStart().length;
  const trimmed = text.trim();
  if (trimmed !== "") parts.push({ text: trimmed, start: start + lead });
}
