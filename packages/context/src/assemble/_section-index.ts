import { type Outline, parseOutline } from "../parse/parse-outline.ts";
import { estimateRange } from "../tokens/estimate-tokens.ts";
import { toTerms } from "./_to-terms.ts";

/** A specification's sections and which words stand where. */
export interface SectionIndex {
  outline: Outline;
  /** What each section is called: the titles down to it. */
  titles: readonly string[];
  /** For each term the sections that hold it, and its weight in each. */
  postings: Map<string, Posting>;
  /** What the specification is about in several lengths, once somebody has rendered it. */
  overviews?: readonly string[];
}

interface Posting {
  sections: number[];
  /** While the index is made: how often the term stands there. Then: BM25's weight of it. */
  weights: number[];
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
  const titles = outline.sections.map(({ headingPath }) => headingPath.join(" > ") || "Opening");
  const index: SectionIndex = { outline, titles, postings: new Map() };
  const lengths = outline.sections.map(({ headingPath, own }, section) => {
    const path = toTerms(headingPath.slice(1).join(" "));
    return addTerms(index, section, [...path, ...path, ...toTerms(spec.slice(own.start, own.end))]);
  });
  weighTerms(index, lengths);
  latest = { spec, index };
  return index;
}

/** Counts the terms of a section; gives how many there are. */
function addTerms(index: SectionIndex, section: number, terms: readonly string[]): number {
  for (const term of terms) {
    const known = index.postings.get(term);
    if (!known) index.postings.set(term, { sections: [section], weights: [1] });
    else if (known.sections.at(-1) === section) known.weights.push((known.weights.pop() ?? 0) + 1);
    else {
      known.sections.push(section);
      known.weights.push(1);
    }
  }
  return terms.length;
}

const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/** Turns counts into BM25 weights, once for all queries (Robertson and Zaragoza 2009; k1 1.2, b 0.75). */
function weighTerms(index: SectionIndex, lengths: readonly number[]): void {
  const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  for (const { sections, weights } of index.postings.values()) {
    const rarity = Math.log(1 + (lengths.length - sections.length + 0.5) / (sections.length + 0.5));
    for (const [at, section] of sections.entries()) {
      const times = weights[at] ?? 0;
      const length = (lengths[section] ?? 0) / Math.max(1, mean);
      const weight = (times * (SATURATION + 1)) / (times + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length));
      weights[at] = rarity * weight;
    }
  }
}

/** BM25 score of each section for the words asked for. */
export function scoreSections(index: SectionIndex, query: readonly string[]): Float64Array {
  const scores = new Float64Array(index.titles.length);
  for (const term of new Set(query)) {
    const posting = index.postings.get(term);
    if (!posting) continue;
    const { sections, weights } = posting;
    for (let at = 0; at < sections.length; at++) {
      const section = sections[at] ?? 0;
      scores[section] = (scores[section] ?? 0) + (weights[at] ?? 0);
    }
  }
  return scores;
}
