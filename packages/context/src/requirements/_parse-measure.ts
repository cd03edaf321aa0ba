import type { Requirement } from "@ccb/core";

type Measure = NonNullable<Requirement["measure"]>;

const UNIT =
  "ms|milliseconds?|s|secs?|seconds?|min|minutes?|h|hours?|days?|weeks?|months?|years?|%|percent|kb|kib|mb|mib|gb|gib|tb|bytes?|characters?|chars?|" +
  "items?|users?|requests?(?: ?(?:\\/|per) ?(?:s|second|min|minute|hour))?|req\\/s|rps|qps|rows?|entries|records?|attempts?|retries|times|lines?|words?|pages?|files?|tokens?|concurrent \\w+|connections?|events?(?: ?(?:\\/|per) ?(?:s|second))?|messages?(?: ?(?:\\/|per) ?(?:s|second))?|px|fps|dpi|usd|dollars?";
const VALUE = `(\\d[\\d,_]*(?:\\.\\d+)?)\\s*(${UNIT})?(?![\\w.]*\\d|[A-Za-z])`;

function pattern(words: string): RegExp {
  return new RegExp(`(?:${words})\\s*${VALUE}`, "i");
}

/** Words before a value and what they mean; the first match in the text wins, at one place the first in this list. */
const COMPARISONS: [RegExp, Measure["comparator"]][] = [
  [
    pattern(
      "(?:not|never|no|cannot|can't)\\b[^.;]{0,60}?\\b(?:more|longer|larger|greater|later|older) than|(?:not|never)\\b[^.;]{0,30}?\\b(?:exceed(?:ing)?|over|above)",
    ),
    "<=",
  ],
  [pattern("(?:not|never|no|cannot)\\b[^.;]{0,60}?\\b(?:less|fewer|shorter|smaller) than"), ">="],
  [pattern("\\b(?:supports?|handles?|process(?:es)?|sustains?|ingests?|serves?)\\s+(?:up to |at least )?"), ">="],
  [pattern("\\b(?:less|fewer|shorter|smaller|faster) than|\\b(?:under|below)|<(?!=)"), "<"],
  [pattern("\\b(?:more|longer|larger|greater|older) than|\\b(?:over|above|exceed(?:s|ing)?)|>(?!=)"), ">"],
  [pattern("\\b(?:within|at most|up to|(?:max(?:imum)?)\\.?(?: [a-z]+){0,3}(?: of| is)?:?|every|after|in)|≤|<="), "<="],
  [pattern("\\b(?:at least|(?:min(?:imum)?)\\.?(?: [a-z]+){0,3}(?: of| is)?:?)|≥|>="), ">="],
];
const PLAIN = new RegExp(`\\b(\\d[\\d,_]*(?:\\.\\d+)?)\\s*(${UNIT})(?![\\w])`, "i");
/** A range: its upper end counts. */
const RANGE = new RegExp(
  `\\b\\d[\\d,]*(?:\\.\\d+)?\\s*(?:-|–|to)\\s*(\\d[\\d,]*(?:\\.\\d+)?)\\s*(${UNIT})(?![\\w])`,
  "i",
);
/** Words that only compare when a unit follows: "in 2 seconds", not "in 2 places". */
const NEEDS_UNIT = /^(?:in|every|after|over|above|under|below|exceed)/i;

/** A measurable value and where its digits and unit stand in the text. */
export interface FoundMeasure {
  measure: Measure;
  start: number;
  end: number;
}

/** The measurable value a requirement names, the first one that carries a comparison or a unit. */
export function parseMeasure(text: string): Requirement["measure"] {
  return findMeasure(text)?.measure;
}

/** As {@link parseMeasure}, with the place of the value: of a range, the whole range. */
export function findMeasure(text: string): FoundMeasure | undefined {
  let best: { match: RegExpExecArray; comparator: Measure["comparator"] } | undefined;
  for (const [expression, comparator] of COMPARISONS) {
    const match = expression.exec(text);
    if (!match || (match[2] === undefined && NEEDS_UNIT.test(match[0]))) continue;
    if (!best || match.index < best.match.index) best = { match, comparator };
  }
  if (best) {
    const end = best.match.index + best.match[0].length;
    return { measure: toMeasure(best.match, best.comparator), start: end - valueLength(best.match[0]), end };
  }
  const range = RANGE.exec(text);
  if (range) return placed(range, "<=");
  const plain = PLAIN.exec(text);
  if (!plain) return undefined;
  return placed(
    plain,
    plain[2] === "%" && /\b(?:uptime|availab\w+|success|coverage|accuracy|crash-free)\b/i.test(text) ? ">=" : "=",
  );
}

function placed(match: RegExpExecArray, comparator: Measure["comparator"]): FoundMeasure {
  return { measure: toMeasure(match, comparator), start: match.index, end: match.index + match[0].length };
}

const VALUE_AT_END = new RegExp(`${VALUE}$`, "i");

/** Length of the value at the end of a match: digits and unit, without the words that compare. */
function valueLength(matched: string): number {
  return VALUE_AT_END.exec(matched)?.[0].length ?? 0;
}

function toMeasure(match: RegExpExecArray, comparator: Measure["comparator"]): Measure {
  return { comparator, value: Number((match[1] ?? "0").replace(/[,_]/g, "")), unit: (match[2] ?? "").toLowerCase() };
}
