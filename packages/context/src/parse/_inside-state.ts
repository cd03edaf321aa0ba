import { fenceLength, headingLevel, isFenceEnd, isRule, isSpace, markerWidth } from "./_line-rules.ts";

/** Containers opened on one line beyond this depth are not followed. */
const DEEPEST = 64;

/** What the last line inside an item or a quote left open: a fence, or text that a lazy line may continue. */
export class InsideState {
  /** A fence is open. */
  fenced = false;
  /** The last line was paragraph text. */
  text = false;
  private fence = { mark: 0, length: 0 };

  reset(): void {
    this.fenced = false;
    this.text = false;
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
    for (let depth = 0; depth < DEEPEST && i < end; depth++) {
      if (source.charCodeAt(i) === 62) i++;
      else if (isRule(source, i, end)) break;
      else {
        const width = markerWidth(source, i, end);
        if (width === 0) break;
        i += width;
        indent = 0;
      }
      while (i < end && isSpace(source.charCodeAt(i))) i++;
    }
    if (i >= end) {
      this.text = false;
      return;
    }
    const wasText = this.text;
    this.text = !(indent >= 4 && !wasText && i === line.i) && !this.startsOther(source, i, end);
  }

  private startsOther(source: string, i: number, end: number): boolean {
    const code = source.charCodeAt(i);
    if (code === 35 && headingLevel(source, i, end) > 0) return true;
    if (isRule(source, i, end)) return true;
    if (code !== 96 && code !== 126) return false;
    const length = fenceLength(source, i, end);
    if (length === 0) return false;
    this.fence = { mark: code, length };
    this.fenced = true;
    return true;
  }
}
