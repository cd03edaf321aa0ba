import { BlockScanner, NONE } from "./_block-scanner.ts";
import { KIND } from "./_block-table.ts";
import { isCapitalTitle, isNumberedTitle } from "./_sniff-dialect.ts";

/** reStructuredText: underlined titles of any mark, directives with their indented body, tables drawn with `=` and `+`. */
export class RestructuredScanner extends BlockScanner {
  private readonly levels: string[] = [];
  private inDirective = false;

  protected override special(): boolean {
    const { text, at } = this;
    const line = text.slice(at.start, Math.min(at.end, at.start + 300)).trimEnd();
    if (this.inDirective) {
      if (at.i > at.start) {
        this.extend();
        return true;
      }
      this.inDirective = false;
      this.open = NONE;
    }
    if (line.startsWith(".. ")) {
      this.begin(KIND.html);
      this.open = KIND.fence;
      this.inDirective = true;
      return true;
    }
    if (/^(?:=+(?:\s+=+)+|\+[-=+]+\+)$/.test(line) && this.open !== KIND.paragraph) {
      this.begin(KIND.paragraph);
      return true;
    }
    if (!/^([!-/:-@[-`{-~])\1+$/.test(line)) return false;
    return this.underline(line) || this.overline(line);
  }

  private underline(line: string): boolean {
    const { table, row, text } = this;
    if (this.open !== KIND.paragraph || table.line[row] !== this.lineNumber - 1) return false;
    const title = text.slice(table.start[row] ?? 0, table.end[row] ?? 0).trimEnd();
    if (title.length > line.length + 1 || /^\s/.test(title)) return false;
    const over = row - 1;
    const overlined = over >= 0 && table.kind[over] === KIND.rule && table.line[over] === this.lineNumber - 2;
    if (overlined) {
      table.count--;
      this.row = over;
    }
    table.kind[this.row] = KIND.heading;
    table.level[this.row] = this.levelOf(`${line.charAt(0)}${overlined ? "o" : ""}`);
    this.extend();
    this.open = NONE;
    return true;
  }

  private overline(line: string): boolean {
    if (line.length < 3 || this.open !== NONE) return false;
    this.begin(KIND.rule);
    this.open = NONE;
    return true;
  }

  private levelOf(mark: string): number {
    let level = this.levels.indexOf(mark);
    if (level < 0) level = this.levels.push(mark) - 1;
    return Math.min(6, level + 1);
  }
}

/** AsciiDoc: `=` headings, delimited blocks, `|===` tables, `*` and `.` items, attribute lines. */
export class AsciiDocScanner extends BlockScanner {
  private delimiter = "";

  protected override special(): boolean {
    const { text, at } = this;
    const line = text.slice(at.start, Math.min(at.end, at.start + 300)).trimEnd();
    if (this.delimiter !== "") {
      this.extend();
      if (line === this.delimiter) {
        this.delimiter = "";
        this.open = NONE;
      }
      return true;
    }
    const level = /^(={1,6}) \S/.exec(line)?.[1]?.length ?? 0;
    if (level > 0) {
      const row = this.begin(KIND.heading);
      this.table.level[row] = level;
      this.open = NONE;
      return true;
    }
    if (/^(?:-{4,}|\.{4,}|\+{4,}|\/{4,}|\|={3,})$/.test(line)) {
      this.begin(line.startsWith("|") ? KIND.table : KIND.fence);
      this.open = KIND.fence;
      this.delimiter = line;
      return true;
    }
    if (/^(?:={4,}|\*{4,}|_{4,}|--|<<<)$/.test(line)) {
      this.begin(KIND.rule);
      this.open = NONE;
      return true;
    }
    if (/^(?:\[[^\]]*\]|:[\w!-]+:.*|\/\/.*)$/.test(line)) {
      this.begin(KIND.definition);
      this.open = NONE;
      return true;
    }
    const marker = /^\s*(?:\*{1,5}|\.{1,5}|-)\s+(?=\S)/.exec(line)?.[0].length ?? 0;
    if (marker === 0) return false;
    const row = this.begin(KIND.item);
    this.table.level[row] = line.trimStart().startsWith(".") ? 46 : 42;
    this.table.column[row] = marker;
    this.table.content[row] = at.start + marker;
    this.resetInside();
    return true;
  }
}

/** Plain text: titles by number, by capitals, or short lines at the margin over an indented body. */
export class PlainTextScanner extends BlockScanner {
  protected override special(): boolean {
    const { text, at } = this;
    if (at.i > at.start || !this.isAlone() || at.end - at.start > 90) return false;
    const line = text.slice(at.start, at.end);
    const numbered = isNumberedTitle(line);
    if (!numbered && !isCapitalTitle(line) && !this.standsOverIndent(line)) return false;
    const number = /^(?:[a-z]+\s+)?(\d+(?:\.\d+)*|[A-Z](?=\.))/i.exec(line)?.[1] ?? "";
    const row = this.begin(KIND.heading);
    this.table.level[row] = numbered ? Math.min(6, number.split(".").length) : 1;
    this.open = NONE;
    return true;
  }

  /** Between blank lines. */
  private isAlone(): boolean {
    const { text, at } = this;
    const next = text.indexOf("\n", at.end);
    const stop = text.indexOf("\n", next + 1);
    if (next !== -1 && text.slice(next + 1, stop === -1 ? text.length : stop).trim() !== "") return false;
    return this.lineNumber === 0 || /\n[ \t]*\r?\n$/.test(text.slice(Math.max(0, at.start - 200), at.start));
  }

  private standsOverIndent(line: string): boolean {
    if (!/^\p{Lu}[^.;:!?|]{2,60}$/u.test(line) || /\s{3,}/.test(line.trim())) return false;
    return /^\s*\n+[ \t]{2,}\S/.test(this.text.slice(this.at.end, this.at.end + 200));
  }
}
