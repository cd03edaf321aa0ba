const WORD = /[\p{L}\p{N}][\p{L}\p{N}_]*/gu;
const STOP = new Set(
  "a an and are as at be by for from has have if in is it its may must of on or shall should that the this to was were when which will with".split(
    " ",
  ),
);

/** Words of a text for matching: lower case, camelCase and snake_case also in parts, plain plural and verb endings cut. */
export function toTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    const parts = word.replace(/([a-z\d])([A-Z])/g, "$1 $2").split(/[\s_]+/);
    if (parts.length > 1) terms.push(word.toLowerCase());
    for (const part of parts) {
      const lower = part.toLowerCase();
      if (lower.length > 1 && !STOP.has(lower)) terms.push(stem(lower));
    }
  }
  return terms;
}

function stem(word: string): string {
  if (word.length > 5) {
    const cut = word.replace(/(?:ications?|ations?|ments?|ings?|ers?|ed|es|ion|s)$/, "");
    return cut.length >= 3 ? cut : word;
  }
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/** BM25 scores of documents for a query (Robertson and Zaragoza 2009; k1 1.2, b 0.75). */
export function rankByTerms(documents: readonly string[][], query: readonly string[]): number[] {
  const wanted = new Set(query);
  const frequency = new Map<string, number>();
  const counts = documents.map((terms) => {
    const count = new Map<string, number>();
    for (const term of terms) if (wanted.has(term)) count.set(term, (count.get(term) ?? 0) + 1);
    for (const term of count.keys()) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    return count;
  });
  const mean = documents.reduce((sum, terms) => sum + terms.length, 0) / Math.max(1, documents.length);
  return counts.map((count, index) => {
    const length = (documents[index]?.length ?? 0) / Math.max(1, mean);
    let score = 0;
    for (const [term, times] of count) {
      const holders = frequency.get(term) ?? 0;
      const rarity = Math.log(1 + (documents.length - holders + 0.5) / (holders + 0.5));
      score += (rarity * times * (SATURATION + 1)) / (times + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length));
    }
    return score;
  });
}
