/** The index of the text most like another, by the share of the longer one that is the same at beginning and end; the first of equals. -1 where there are none. Pure. */
export function chooseNearest(text: string, candidates: readonly string[]): number {
  let best = -1;
  let most = -1;
  for (const [index, candidate] of candidates.entries()) {
    const shared = countShared(text, candidate) / Math.max(1, text.length, candidate.length);
    if (shared <= most) continue;
    most = shared;
    best = index;
  }
  return best;
}

function countShared(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left.charCodeAt(head) === right.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < shorter - head && left.charCodeAt(left.length - 1 - tail) === right.charCodeAt(right.length - 1 - tail))
    tail++;
  return head + tail;
}
