import type { SpecReading } from "../analysis/read-spec.ts";

/**
 * Where a part of a specification begins in the whole, in UTF-16 units, so that spans of the whole can be used in the part: the place that most
 * requirements of the part agree on. 0 for a whole specification.
 */
export function locatePart(spec: SpecReading): number {
  if (spec.complete) return 0;
  const votes = new Map<number, number>();
  for (const { text, span } of spec.requirements) {
    const at = spec.text.indexOf(text);
    if (at >= 0) votes.set(span[0] - at, (votes.get(span[0] - at) ?? 0) + 1);
  }
  const [best] = [...votes].sort((left, right) => right[1] - left[1]);
  return best?.[0] ?? 0;
}
