import type { FieldType } from "../service-model.ts";

const patterns: readonly [RegExp, FieldType][] = [
  [/\benum(?:eration)?\b|\bone of\b|\bchoice\b/i, "enum"],
  [
    /\b(?:array|list|set) of (?:strings?|texts?|words?|tags?|names?)\b|\b(?:string|text)\s*\[\]|\b(?:array|list)\s*[<(]\s*(?:string|text)\s*[>)]|^tags$/i,
    "strings",
  ],
  [/\bjsonb?\b|\bobject\b|\bmap\b|\bdict(?:ionary)?\b|\b(?:array|list)\b|\w\[\]/i, "json"],
  [/\bbool(?:ean)?\b|\byes\/no\b|\btrue\/false\b|\bflag\b/i, "boolean"],
  [
    /\bdate[- ]?time(?:tz)?\b|\btimestamp(?:tz)?\b|\bdate (?:and|with) time\b|\bISO[- ]?8601\b(?! date\b)|\binstant\b|\brfc ?3339\b/i,
    "datetime",
  ],
  [/\bdate\b/i, "date"],
  [/\btime\b/i, "time"],
  [/\b(?:uuid|guid)(?:v?\d)?\b/i, "uuid"],
  [/\be-?mail(?: address)?\b/i, "email"],
  [/\bur[il]\b|\bweb address\b|\blink\b/i, "url"],
  [/\b(?:big|small|tiny)?int(?:eger)?(?:\d+)?\b|\bserial\b|\bwhole number\b|\blong\b(?! text)|\bcounter\b/i, "integer"],
  [
    /\bnumber\b|\bnumeric\b|\bdecimal\b|\bfloat(?:ing point)?\d*\b|\bdouble\b|\breal\b|\bmoney\b|\bcurrency amount\b/i,
    "number",
  ],
  [/\b(?:long|multi-?line|free) ?text\b|\btext\b|\bmarkdown\b/i, "text"],
  [/\bstr(?:ing)?\b|\b(?:var)?char(?:acter)?s?\b|\bslug\b|\bphone(?: number)?\b/i, "string"],
];

/** The type that words such as `varchar(200)` or "date and time" stand for; undefined when none is named. */
export function parseFieldType(text: string): FieldType | undefined {
  const found = patterns.find(([pattern]) => pattern.test(text));
  return found?.[1];
}

/** The type named first in a longer text, so that later words ("a date in the text") do not count. */
export function parseFirstType(text: string): FieldType | undefined {
  let best: { index: number; type: FieldType; length: number } | undefined;
  for (const [pattern, type] of patterns) {
    const match = pattern.exec(text);
    if (match !== null && (best === undefined || match.index < best.index)) {
      best = { index: match.index, type, length: match[0].length };
    }
  }
  return best?.type;
}
