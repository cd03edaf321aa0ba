/** Characters before a keyword that an expression may need. */
const before = 160;

/**
 * The stretches of a text in which an expression is tried: around each keyword, never longer than `before + reach` characters, however many keywords there
 * are. An expression that backtracks does so within one stretch, so the time for a text grows with its length only.
 */
export function* listWindows(lower: string, { keywords, reach }: { keywords: readonly string[]; reach: number }) {
  if (keywords.length === 0) {
    for (let from = 0; from < lower.length; from += reach) yield { from, to: from + reach + before };
    return;
  }
  let at = nextKeyword(lower, keywords, 0);
  while (at >= 0) {
    const to = at + reach;
    yield { from: Math.max(0, at - before), to: Math.min(lower.length, to) };
    // The next stretch begins with the first keyword whose secret may not have fitted into this one.
    at = nextKeyword(lower, keywords, at + Math.max(1, reach - Math.max(before, reach / 2)));
  }
}

function nextKeyword(lower: string, keywords: readonly string[], from: number): number {
  let first = -1;
  for (const keyword of keywords) {
    const at = lower.indexOf(keyword, from);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}
