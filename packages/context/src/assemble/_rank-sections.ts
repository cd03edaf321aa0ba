import type { Requirement } from "@ccb/core";
import type { Outline, Section } from "../parse/parse-outline.ts";

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

export interface RankedSection {
  section: Section;
  /** Why the section is needed; empty when nothing speaks for it. */
  reason: string;
}

/** A section another needed section points to, as a share of the best score by words. */
const REFERENCED_SHARE = 0.6;
/** Sections below this share of the best score have nothing to do with the task. */
const LEAST_SHARE = 0.12;

/**
 * Sections by need: those that hold a wanted requirement, then by BM25 over title path and text, with what needed sections refer to.
 */
export function rankSections(
  spec: string,
  outline: Outline,
  want: { words: string; requirements: readonly Requirement[] },
): RankedSection[] {
  const { sections, references } = outline;
  const query = toTerms(
    [
      want.words,
      ...want.requirements.map((requirement) => `${requirement.text} ${requirement.headingPath.slice(-1).join(" ")}`),
    ].join(" "),
  );
  const documents = sections.map((section) => {
    const path = toTerms(section.headingPath.slice(1).join(" "));
    return [...path, ...path, ...toTerms(spec.slice(section.own.start, section.own.end))];
  });
  const scores = rankByTerms(documents, query);
  const best = Math.max(0, ...scores.slice(0, 100_000));
  const held = sections.map((section) =>
    want.requirements
      .filter(({ span }) => span.start < section.own.end && span.end > section.own.start)
      .map(({ id }) => id),
  );
  const pointed = new Set(
    references.flatMap(({ from, to }) => (to !== null && (held[from]?.length ?? 0) > 0 ? [to] : [])),
  );
  return sections
    .map((section, index) => {
      const words = scores[index] ?? 0;
      const ids = held[index] ?? [];
      const score = words + (ids.length > 0 ? best * 10 + 1 : 0) + (pointed.has(index) ? best * REFERENCED_SHARE : 0);
      return {
        section,
        score,
        reason: reasonFor({ ids, pointed: pointed.has(index), matches: words > best * LEAST_SHARE }),
      };
    })
    .sort((a, b) => b.score - a.score || a.section.index - b.section.index);
}

function reasonFor(found: { ids: string[]; pointed: boolean; matches: boolean }): string {
  if (found.ids.length > 0)
    return `it holds ${found.ids.slice(0, 5).join(", ")}${found.ids.length > 5 ? " and more" : ""}`;
  if (found.pointed) return "a needed section refers to it";
  return found.matches ? "its words match the task" : "";
}
