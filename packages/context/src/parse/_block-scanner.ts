import { BlockTable, KIND, type KindCode } from "./_block-table.ts";
import { InsideState } from "./_inside-state.ts";
import {
  type DefinitionForm,
  delimiterColumns,
  endsLazyText,
  fenceLength,
  headingLevel,
  htmlKind,
  interruptsParagraph,
  isFenceEnd,
  isHtmlEnd,
  isRule,
  markerWidth,
  readDefinition,
  rowColumns,
  setextLevel,
} from "./_line-rules.ts";

/** The part of a text to scan; `column` is the indent of the container, `firstColumn` where its first line begins. */
export interface ScanRange {
  start: number;
  end: number;
  column: number;
  firstColumn: number;
  /** The range goes on with a document: what looks like front matter is none. */
  continued?: boolean;
}

export interface Line {
  start: number;
  end: number;
  /** First character after the indent. */
  i: number;
  /** Indent in columns, relative to the container. */
  column: number;
}

export const NONE = 0;

/** Scans lines into blocks by the rules of Markdown; dialects override {@link BlockScanner.special}. */
export class BlockScanner {
  protected readonly table: BlockTable;
  protected readonly text: string;
  protected readonly range: ScanRange;
  protected readonly at: Line = { start: 0, end: 0, i: 0, column: 0 };
  protected open: KindCode | typeof NONE = NONE;
  protected row = -1;
  protected lineNumber = 0;
  protected afterBlank = false;
  private fence = { mark: 0, length: 0 };
  private readonly inside = new InsideState();
  private html = 0;
  private definition: DefinitionForm = "none";
  protected lastStart = 0;

  constructor(text: string, range: ScanRange) {
    this.text = text;
    this.range = range;
    this.table = new BlockTable(range.column > 0 ? 8 : 256);
  }

  run(): BlockTable {
    const { text, range, at } = this;
    let position = range.start;
    let offset = range.firstColumn;
    if (position === 0 && text.charCodeAt(0) === 0xfeff) position = 1;
    if (position <= 1 && range.column === 0 && !range.continued) this.openFrontMatter(position);
    while (position < range.end) {
      const newline = text.indexOf("\n", position);
      const stop = newline === -1 || newline >= range.end ? range.end : newline;
      at.start = position;
      at.end = stop > position && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop;
      this.indent(offset);
      if (at.i >= at.end) this.blank();
      else this.line();
      this.lineNumber++;
      position = stop + 1;
      offset = 0;
    }
    this.table.lines = this.lineNumber;
    return this.table;
  }

  private indent(from: number): void {
    const { text, at } = this;
    let i = at.start;
    let column = from;
    for (; i < at.end; i++) {
      const code = text.charCodeAt(i);
      if (code === 32) column++;
      else if (code === 9) column = (column | 3) + 1;
      else break;
    }
    at.i = i;
    at.column = column > this.range.column ? column - this.range.column : 0;
  }

  protected begin(kind: KindCode, start = this.at.start, line = this.lineNumber): number {
    this.row = this.table.add(kind, start, line);
    this.open = kind;
    this.extend();
    return this.row;
  }

  protected extend(): void {
    this.table.end[this.row] = this.at.end;
    this.table.lastLine[this.row] = this.lineNumber;
    this.lastStart = this.at.start;
    this.afterBlank = false;
  }

  private blank(): void {
    switch (this.open) {
      case KIND.fence:
      case KIND.frontMatter:
        this.extend();
        return;
      case KIND.html:
        if (this.html < 6) this.extend();
        else this.open = NONE;
        return;
      case KIND.item:
        this.inside.blank();
        this.afterBlank = true;
        return;
      case KIND.code:
        this.afterBlank = true;
        return;
      default:
        this.open = NONE;
    }
  }

  private line(): void {
    if (this.special()) return;
    if (this.open !== NONE && this.continues()) return;
    this.open = NONE;
    this.start();
  }

  /** A dialect's own reading of a line that is not blank; true when it has dealt with it. */
  protected special(): boolean {
    return false;
  }

  /** Whether the line belongs to the open block; extends it when it does. */
  private continues(): boolean {
    const { text, at } = this;
    switch (this.open) {
      case KIND.frontMatter:
        this.extend();
        if (this.lineNumber > 0 && at.column === 0 && this.isFrontMatterMark(at.i, at.end)) this.open = NONE;
        return true;
      case KIND.fence:
        this.extend();
        if (at.column < 4 && isFenceEnd(text, at, this.fence)) this.open = NONE;
        return true;
      case KIND.html:
        this.extend();
        if (this.html < 6 && isHtmlEnd(this.html, text.slice(at.i, at.end))) this.open = NONE;
        return true;
      case KIND.code:
        if (at.column < 4) return false;
        this.extend();
        return true;
      case KIND.item:
        return this.continuesItem();
      case KIND.quote:
        return this.continuesQuote();
      case KIND.table:
        return this.continuesTable();
      case KIND.definition:
        return this.continuesDefinition();
      case KIND.paragraph:
        return this.continuesParagraph();
      default:
        return false;
    }
  }

  private continuesTable(): boolean {
    const { text, at } = this;
    if (at.column >= 4 || endsLazyText(text, at.i, at.end)) return false;
    if (text.charCodeAt(at.i) === 60 && htmlKind(text, at.i, at.end) > 0) return false;
    this.extend();
    return true;
  }

  private continuesDefinition(): boolean {
    const { text, at, definition } = this;
    if (definition === "target-follows") {
      this.definition = "whole";
      if (at.column < 4 && (this.interrupts() || setextLevel(text, at.i, at.end) > 0)) {
        this.table.kind[this.row] = KIND.paragraph;
        this.open = KIND.paragraph;
        return this.continuesParagraph();
      }
      this.extend();
      return true;
    }
    if (definition === "footnote") {
      if (at.column < 4 && endsLazyText(text, at.i, at.end)) return false;
      this.extend();
      return true;
    }
    // The definition may be the start of a paragraph: what may not interrupt one goes on as text.
    const code = text.charCodeAt(at.i);
    if (at.column < 4 && (this.interrupts() || code === 91)) return false;
    this.begin(KIND.paragraph);
    return true;
  }

  private continuesItem(): boolean {
    const { at, table, row } = this;
    const column = table.column[row] ?? 0;
    if (at.column >= column) {
      const empty = this.afterBlank && table.lastLine[row] === table.line[row] && this.isItemEmpty();
      if (empty) return false;
      this.extend();
      this.track(at.i, at.column - column);
      return true;
    }
    if (this.afterBlank || this.inside.fenced || !this.inside.text) return false;
    if (at.column < 4 && endsLazyText(this.text, at.i, at.end)) return false;
    this.extend();
    return true;
  }

  private isItemEmpty(): boolean {
    return (this.table.content[this.row] ?? 0) >= (this.table.end[this.row] ?? 0);
  }

  protected resetInside(): void {
    this.inside.reset();
    this.inside.text = true;
  }

  /** Follows what is inside an item or quote, from its first character on this line. */
  protected track(from: number, indent: number): void {
    this.inside.follow(this.text, { i: from, end: this.at.end, indent });
  }

  private continuesQuote(): boolean {
    const { text, at } = this;
    if (at.column < 4 && text.charCodeAt(at.i) === 62) {
      this.extend();
      this.track(at.i, 0);
      return true;
    }
    if (!this.inside.text || (at.column < 4 && endsLazyText(text, at.i, at.end))) return false;
    this.extend();
    return true;
  }

  private continuesParagraph(): boolean {
    const { text, at, table, row } = this;
    if (at.column < 4) {
      const code = text.charCodeAt(at.i);
      if (code === 61 || code === 45) {
        const level = setextLevel(text, at.i, at.end);
        if (level > 0) {
          table.kind[row] = KIND.heading;
          table.level[row] = level;
          this.extend();
          this.open = NONE;
          return true;
        }
      }
      if ((code === 124 || code === 45 || code === 58) && this.startsTable()) return true;
      if (this.interrupts()) return false;
    }
    this.extend();
    return true;
  }

  /** The line is a delimiter row under a header row: the paragraph's last line becomes a table. */
  private startsTable(): boolean {
    const { text, at, table, row } = this;
    const columns = delimiterColumns(text, at.i, at.end);
    const headerEnd = table.end[row] ?? 0;
    if (columns === 0 || rowColumns(text, this.lastStart, headerEnd) !== columns) return false;
    if (columns === 1 && !text.slice(this.lastStart, at.end).includes("|")) return false;
    const header = this.lastStart;
    if (table.lastLine[row] === table.line[row]) {
      table.kind[row] = KIND.table;
      this.open = KIND.table;
      this.extend();
      return true;
    }
    let end = header - 1;
    if (end > 0 && text.charCodeAt(end - 1) === 13) end--;
    table.end[row] = end;
    table.lastLine[row] = this.lineNumber - 2;
    this.begin(KIND.table, header, this.lineNumber - 1);
    return true;
  }

  private interrupts(): boolean {
    return interruptsParagraph(this.text, this.at.i, this.at.end);
  }

  private start(): void {
    const { text, at } = this;
    if (at.column >= 4) {
      this.begin(KIND.code);
      return;
    }
    const code = text.charCodeAt(at.i);
    switch (code) {
      case 35: {
        const level = headingLevel(text, at.i, at.end);
        if (level === 0) break;
        const row = this.begin(KIND.heading);
        this.table.level[row] = level;
        this.open = NONE;
        return;
      }
      case 96:
      case 126: {
        const length = fenceLength(text, at.i, at.end);
        if (length === 0) break;
        this.fence = { mark: code, length };
        this.begin(KIND.fence);
        return;
      }
      case 62:
        this.begin(KIND.quote);
        this.inside.reset();
        this.track(at.i, 0);
        return;
      case 60:
        this.html = htmlKind(text, at.i, at.end);
        if (this.html === 0) break;
        this.begin(KIND.html);
        if (this.html < 6 && isHtmlEnd(this.html, text.slice(at.i + 1, at.end))) this.open = NONE;
        return;
      case 91:
        this.definition = readDefinition(text, at.i, at.end);
        if (this.definition === "none") break;
        this.begin(KIND.definition);
        return;
    }
    if ((code === 42 || code === 45 || code === 95) && isRule(text, at.i, at.end)) {
      this.begin(KIND.rule);
      this.open = NONE;
      return;
    }
    const width = markerWidth(text, at.i, at.end);
    if (width > 0) this.startItem(width);
    else this.begin(KIND.paragraph);
  }

  private startItem(width: number): void {
    const { text, at, table } = this;
    let i = at.i + width;
    const marker = at.column + width;
    let column = marker;
    for (; i < at.end; i++) {
      const code = text.charCodeAt(i);
      if (code === 32) column++;
      else if (code === 9) column = ((column + this.range.column) | 3) + 1 - this.range.column;
      else break;
    }
    const row = this.begin(KIND.item);
    const wide = column - marker > 4 || i >= at.end;
    table.level[row] = text.charCodeAt(at.i + width - 1);
    table.column[row] = wide ? marker + 1 : column;
    table.content[row] = i;
    this.inside.reset();
    if (i < at.end) this.track(i, wide ? column - marker - 1 : 0);
  }

  private isFrontMatterMark(i: number, end: number): boolean {
    const line = this.text.slice(i, Math.min(end, i + 8)).trimEnd();
    return line === "---" || line === "..." || line === "+++";
  }

  protected openFrontMatter(position: number): void {
    const match = /^(---|\+\+\+)[ \t]*\r?\n/.exec(this.text.slice(position, position + 40));
    if (!match) return;
    const close = match[1] === "---" ? /^(?:---|\.\.\.)[ \t]*\r?$/gm : /^\+\+\+[ \t]*\r?$/gm;
    close.lastIndex = position + match[0].length;
    if (!close.test(this.text)) return;
    this.at.start = position;
    this.at.end = position;
    this.begin(KIND.frontMatter, position);
  }
}
