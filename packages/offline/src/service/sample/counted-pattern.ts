import { samplePattern } from "./sample-pattern.ts";

/** A text that a pattern matches, cut around a run of digits that can count. */
export interface CountedPattern {
  before: string;
  digits: number;
  after: string;
}

/** Cuts a pattern such as `^M-[0-9]{6}$` around its digits; undefined when it has no run of three or more that is free. */
export function countPattern(source: string): CountedPattern | undefined {
  for (const match of source.matchAll(/(?:\[0-9\]|\\d)\{(\d+)(?:,\d*)?\}/g)) {
    const digits = Number(match[1]);
    if (digits < 3 || digits > 12) continue;
    const before = samplePattern(source.slice(0, match.index), 1);
    const after = samplePattern(source.slice(match.index + match[0].length), 1);
    if (before === undefined || after === undefined) continue;
    const counted = { before: before.replace(/^\^/, ""), digits, after };
    const pattern = new RegExp(source, "u");
    if ([0, 1, 57, 999].every((serial) => pattern.test(renderCount(counted, serial)))) return counted;
  }
  return undefined;
}

/** The text for a serial number from 0 to 999. */
function renderCount({ before, digits, after }: CountedPattern, serial: number): string {
  return `${before}${String(serial).padStart(digits, "0")}${after}`;
}

/** A valid text for a pattern; other serials give other texts where the pattern leaves room. */
export function samplePatternText(source: string, serial: number): string | undefined {
  const counted = countPattern(source);
  return counted === undefined ? samplePattern(source, serial) : renderCount(counted, serial);
}
