const ABBREVIATION = /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|fig|sec|st|dr|mr|mrs|inc|ltd)|\b[A-Z])\.$/i;

export interface Sentence {
  start: number;
  end: number;
}

/** Sentences of a range of prose, as offsets without the blanks around them. */
export function splitSentences(text: string, start: number, end: number): Sentence[] {
  const sentences: Sentence[] = [];
  const part = text.slice(start, end);
  let from = 0;
  for (const match of part.matchAll(/[.!?][)"'”’\]*_]*(?=\s+[\p{Lu}\d"“'`*_([])/gu)) {
    const to = match.index + match[0].length;
    if (match[0].startsWith(".") && ABBREVIATION.test(part.slice(Math.max(0, match.index - 8), match.index + 1)))
      continue;
    add(from, to);
    from = to;
  }
  add(from, part.length);
  return sentences;

  function add(a: number, b: number): void {
    let first = a;
    let last = b;
    while (first < last && /\s/.test(part.charAt(first))) first++;
    while (last > first && /\s/.test(part.charAt(last - 1))) last--;
    if (last > first) sentences.push({ start: start + first, end: start + last });
  }
}
