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
      if (lower.length > 1 && !STOP.has(lower)) terms.push(stemOf(lower));
    }
  }
  return terms;
}

const SUFFIX = /(?:ications?|ations?|ments?|ings?|ers?|ed|es|ion|s)$/;

function stemOf(word: string): string {
  if (word.length > 5) {
    const cut = word.replace(SUFFIX, "");
    return cut.length >= 3 ? cut : word;
  }
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}
