import { estimateRange, type Generation } from "../tokens/estimate-tokens.ts";
import { isHighSurrogate, isLowSurrogate } from "./_pieces.ts";

export interface OverlapOptions {
  /** Tokens the overlap may have, without a message's frame. */
  most: number;
  countTokens?: ((text: string) => number) | undefined;
  generation?: Generation | undefined;
}

/** Characters a token may stand for at most; text further back is not looked at. */
const LONGEST_TOKEN = 64;

/**
 * The end of the text before a place: as many whole lines as fit, of a line that is too long its last words, and of a word that is too
 * long its last characters, never half of a pair.
 */
export function overlapBefore(text: string, start: number, options: OverlapOptions): string {
  const { most, countTokens, generation } = options;
  const first = onBoundary(text, Math.max(0, start - most * LONGEST_TOKEN));
  const tail = text.slice(first, start);
  const end = tail.length;
  const measure = (from: number): number =>
    countTokens ? countTokens(tail.slice(from)) : estimateRange(tail, { start: from, end }, generation);
  let from = wholeLines(tail, first === 0, options);
  while (from < end && measure(from) > most) from = nextLine(tail, from);
  if (from < end) return tail.slice(from);
  const line = lineBefore(tail, end);
  from = afterSpace(
    tail,
    firstThatFits({ from: line, to: end }, (at) => measure(at) <= most),
  );
  while (from < end && measure(from) > most) from = onBoundary(tail, from + 1);
  return tail.slice(from);
}

/** Where the lines begin that fit by the estimate, with room for a counter that counts less. */
function wholeLines(tail: string, atStart: boolean, options: OverlapOptions): number {
  const room = options.countTokens ? options.most * 4 : options.most;
  let from = tail.length;
  for (let tokens = 0; from > 0; ) {
    const line = lineBefore(tail, from);
    if (line === 0 && !atStart) break;
    tokens += estimateRange(tail, { start: line, end: from }, options.generation);
    if (tokens > room) break;
    from = line;
  }
  return from;
}

function lineBefore(text: string, at: number): number {
  return at < 2 ? 0 : text.lastIndexOf("\n", at - 2) + 1;
}

function nextLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
}

function firstThatFits(range: { from: number; to: number }, fits: (at: number) => boolean): number {
  let low = range.from;
  let high = range.to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The next beginning of a word, or the place itself where there is none before the end. */
function afterSpace(text: string, at: number): number {
  for (let i = at; i < text.length - 1; i++)
    if (/\s/.test(text.charAt(i)) && /\S/.test(text.charAt(i + 1))) return i + 1;
  return onBoundary(text, at);
}

function onBoundary(text: string, at: number): number {
  return isLowSurrogate(text.charCodeAt(at)) && isHighSurrogate(text.charCodeAt(at - 1)) ? at + 1 : at;
}
