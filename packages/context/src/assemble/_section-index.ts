import { type Outline, parseOutline } from "../parse/parse-outline.ts";
import { estimateRange } from "../tokens/estimate-tokens.ts";
import { toTerms } from "./_to-terms.ts";

/** A specification's sections and which words stand where. */
export interface SectionIndex {
  outline: Outline;
  /** For each term the sections that hold it, and how often. */
  postings: Map<string, { section: number; times: number }[]>;
  /** Terms of each section. */
  lengths: number[];
}

let counted: { spec: string; tokens: number } | undefined;

/** Estimated tokens of a whole specification, without a message's frame. The last one is kept, as its index is. */
export function countSpecification(spec: string): number {
  if (counted?.spec !== spec) counted = { spec, tokens: estimateRange(spec, { start: 0, end: spec.length }) };
  return counted.tokens;
}

let latest: { spec: string; index: SectionIndex } | undefined;

/** The index of a specification. The last one is kept: a plan asks for the context of one task after the other. */
export function indexSections(spec: string): SectionIndex {
  if (latest?.spec === spec) return latest.index;
  const outline = parseOutline(spec);
  const index: SectionIndex = { outline, postings: new Map(), lengths: [] };
  for (const [section, { headingPath, own }] of outline.sections.entries()) {
    const path = toTerms(headingPath.slice(1).join(" "));
    addTerms(index, section, [...path, ...path, ...toTerms(spec.slice(own.start, own.end))]);
  }
  latest = { spec, index };
  return index;
}

function addTerms(index: SectionIndex, section: number, terms: readonly string[]): void {
  index.lengths.push(terms.length);
  for (const term of terms) {
    const known = index.postings.get(term);
    const last = known?.at(-1);
    if (last?.section === section) last.times++;
    else if (known) known.push({ section, times: 1 });
    else index.postings.set(term, [{ section, times: 1 }]);
  }
}

const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/** BM25 score of each section for the words asked for (Robertson and Zaragoza 2009; k1 1.2, b 0.75). */
export function scoreSections(index: SectionIndex, query: readonly string[]): number[] {
  const { lengths, postings } = index;
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const scores = lengths.map(() => 0);
  for (const term of new Set(query)) {
    const holders = postings.get(term) ?? [];
    const rarity = Math.log(1 + (lengths.length - holders.length + 0.5) / (holders.length + 0.5));
    for (const { section, times } of holders) {
      const length = (lengths[section] ?? 0) / Math.max(1, mean);
      const weight = (times * (SATURATION + 1)) / (times + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length));
      scores[section] = (scores[section] ?? 0) + rarity * weight;
    }
  }
  return scores;
}
