import {
  fenceLength,
  headingLevel,
  htmlKind,
  isFenceEnd,
  isHtmlEnd,
  isRule,
  isSpace,
  markerWidth,
} from "./_line-rules.ts";

/** Containers opened on one line beyond this depth are not followed. */
const DEEPEST = 64;

/** What the last line inside an item or a quote left open: a fence, or text that a lazy line may continue. */
export class InsideState {
  /** A fence is open. */
  fenced = false;
  /** The last line was paragraph text. */
  text = false;
  private fence = { mark: 0, length: 0 };
  /** Kind of the HTML block that is open, or 0. */
  private html = 0;

  reset(): void {
    this.html = 0;
    this.fenced = false;
    this.text = false;
  }

  /** Takes in a blank line. */
  blank(): void {
    this.text = false;
    if (this.html >= 6) this.html = 0;
  }

  /** Takes in a line of the container: from `i` on, indented by `indent` columns against its content. */
  follow(source: string, line: { i: number; end: number; indent: number }): void {
    const { end } = line;
    let i = line.i;
    let indent = line.indent;
    if (this.fenced) {
      if (indent < 4 && isFenceEnd(source, line, this.fence)) this.fenced = false;
      return;
    }
    let wasText = this.text;
    for (let depth = 0; depth < DEEPEST && i < end; depth++) {
      const quoted = source.charCodeAt(i) === 62;
      if (!quoted && isRule(source, i, end)) break;
      const width = quoted ? 1 : markerWidth(source, i, end);
      if (width === 0) break;
      i += width;
      const from = i;
      while (i < end && isSpace(source.charCodeAt(i))) i++;
      indent = i - from - 1;
      if (!quoted) wasText = false;
    }
    if (i >= end) {
      this.blank();
      return;
    }
    if (this.html > 0) {
      if (this.html < 6 && isHtmlEnd(this.html, source.slice(i, end))) this.html = 0;
      return;
    }
    this.text = !(indent >= 4 && !wasText) && !this.startsOther(source, i, end);
  }

  private startsOther(source: string, i: number, end: number): boolean {
    const code = source.charCodeAt(i);
    if (code === 35 && headingLevel(source, i, end) > 0) return true;
    if (isRule(source, i, end)) return true;
    if (code === 60) return this.startsHtml(source, i, end);
    if (code !== 96 && code !== 126) return false;
    const length = fenceLength(source, i, end);
    if (length === 0) return false;
    this.fence = { mark: code, length };
    this.fenced = true;
    return true;
  }

  private startsHtml(source: string, i: number, end: number): boolean {
    const kind = htmlKind(source, i, end);
    if (kind === 0 || (kind === 7 && this.text)) return false;
    this.html = kind < 6 && isHtmlEnd(kind, source.slice(i + 1, end)) ? 0 : kind;
    return true;
  }
}
