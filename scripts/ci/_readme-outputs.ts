/** An example whose output a README shows. */
export interface ShownOutput {
  /** Path of the example, relative to the README. */
  example: string;
  /** Line of the mark, from 1. */
  line: number;
  shown: string[];
}

const mark = /^\s*<!--\s*output:\s*(\S+)\s*-->\s*$/;
const fence = /^\s*```\w*\s*$/;

/** The blocks of a README that stand after a line `<!-- output: examples/x.ts -->`. Throws when the mark is followed by no block. */
export function readShownOutputs(text: string): ShownOutput[] {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const example = mark.exec(line)?.[1];
    if (example === undefined) return [];
    const from = lines.findIndex((other, index) => index > at && other.trim() !== "");
    const to = lines.findIndex((other, index) => index > from && fence.test(other));
    if (!fence.test(lines[from] ?? "") || to < 0)
      throw new Error(`The mark of ${example} in line ${at + 1} is followed by no block.`);
    return [{ example, line: at + 1, shown: lines.slice(from + 1, to) }];
  });
}

/**
 * The first shown line that the output does not have, or undefined where all is as shown. "…" in a line stands for any part of it that varies; a
 * line that is nothing but "…" for any number of lines that are not shown.
 */
export function findDifference(shown: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0;
  let skips = false;
  for (const line of shown) {
    if (line.trim() === "…") {
      skips = true;
      continue;
    }
    const found = printed.findIndex((other, index) => index >= at && isShown(line, other));
    if (found < 0 || (!skips && found !== at)) return line;
    at = found + 1;
    skips = false;
  }
  return skips || at === printed.length ? undefined : `(the end; ${printed[at]} is printed and not shown)`;
}

function isShown(line: string, printed: string): boolean {
  const parts = line
    .trimEnd()
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(printed.trimEnd());
}
