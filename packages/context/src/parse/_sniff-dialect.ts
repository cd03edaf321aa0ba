export type Dialect = "markdown" | "asciidoc" | "rst" | "text";

/** Characters looked at to tell the dialect. */
const LOOKED_AT = 40_000;
const MARKDOWN_HEADING = /^#{1,6}[ \t]+\S/m;
const SETEXT = /^[ \t]{0,3}\S.*\n[ ]{0,3}(?:=+|--+)[ \t]*$/m;

/** Which markup a document is most likely written in. Anything with a Markdown heading is Markdown. */
export function sniffDialect(text: string): Dialect {
  const head = text.slice(0, LOOKED_AT);
  const lines = head.split("\n", 2000);
  const adoc = countLines(lines, (line) => line.startsWith("=") && /^={1,6} \S/.test(line));
  if (MARKDOWN_HEADING.test(withoutFences(lines))) return "markdown";
  if (adoc > 0) return "asciidoc";
  const directives = countLines(lines, (line) => line.startsWith(".. ") && /^\.\. (?:\w[\w-]*::|_)/.test(line));
  if (directives > 0 || hasUnderline(lines)) return "rst";
  if (SETEXT.test(head)) return "markdown";
  const numbered = countTitlesWithBody(lines);
  const capitals = countLines(lines, (line) => isCapitalTitle(line));
  return numbered > 1 || capitals > 1 ? "text" : "markdown";
}

function countLines(lines: string[], matches: (line: string) => boolean): number {
  return lines.reduce((count, line) => count + (matches(line) ? 1 : 0), 0);
}

/** Numbered lines that stand alone over text of their own: those of a list follow each other. */
function countTitlesWithBody(lines: string[]): number {
  let count = 0;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (!isNumberedTitle(line) || (lines[index - 1] ?? "").trim() !== "" || (lines[index + 1] ?? "").trim() !== "")
      continue;
    const next = lines.slice(index + 1, index + 6).find((other) => other.trim() !== "") ?? "";
    if (!/^\d+[.)]\s/.test(next)) count++;
  }
  return count;
}

function withoutFences(lines: string[]): string {
  let fenced = false;
  return lines
    .filter((line) => {
      const mark = line.startsWith("```");
      if (mark) fenced = !fenced;
      return !mark && !fenced;
    })
    .join("\n");
}

/** A title with an underline that only reStructuredText knows. */
function hasUnderline(lines: string[]): boolean {
  return lines.some((line, index) => {
    if (!/^([~^"'+*#`])\1{2,}\s*$/.test(line)) return false;
    const title = lines[index - 1]?.trimEnd() ?? "";
    const fence = line.startsWith("~~~") || line.startsWith("```");
    return title !== "" && !/^\s/.test(title) && title.length <= line.trimEnd().length && (!fence || title.length > 3);
  });
}

/** "1.  Introduction", "3.2 Messages", "Section 4: Limits": a title by its number, at the left margin. */
export function isNumberedTitle(line: string): boolean {
  if (line.length > 90) return false;
  return /^(?:(?:[Cc]hapter|[Ss]ection|[Pp]art|[Aa]ppendix)\s+)?(?:\d{1,3}(?:\.\d{1,3}){0,5}|[A-Z])\.?:?\s+\p{Lu}[^.;!?]*[^.;:,!?\s]\s*$/u.test(
    line,
  );
}

/** "GENERAL REQUIREMENTS": a title in capitals, at the left margin. */
export function isCapitalTitle(line: string): boolean {
  return line.length < 80 && /^\p{Lu}[\p{Lu}\d\s/&,()-]{3,}\s*$/u.test(line);
}
