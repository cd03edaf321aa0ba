import type { Requirement } from "@ccb/core";
import type { Section } from "../parse/parse-outline.ts";
import { type SectionIndex, scoreSections } from "./_section-index.ts";
import { toTerms } from "./_to-terms.ts";

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
  index: SectionIndex,
  want: { words: string; requirements: readonly Requirement[] },
): RankedSection[] {
  const { sections, references } = index.outline;
  const query = toTerms(
    [
      want.words,
      ...want.requirements.map((requirement) => `${requirement.text} ${requirement.headingPath.slice(-1).join(" ")}`),
    ].join(" "),
  );
  const scores = scoreSections(index, query);
  const best = scores.reduce((most, score) => Math.max(most, score), 0);
  const held = listHeld(sections, want.requirements);
  const pointed = new Set(
    references.flatMap(({ from, to }) => (to !== null && (held[from]?.length ?? 0) > 0 ? [to] : [])),
  );
  const speaking: (RankedSection & { score: number })[] = [];
  const silent: RankedSection[] = [];
  for (const [at, section] of sections.entries()) {
    const words = scores[at] ?? 0;
    const ids = held[at] ?? [];
    const isPointed = pointed.has(at);
    const score = words + (ids.length > 0 ? best * 10 + 1 : 0) + (isPointed ? best * REFERENCED_SHARE : 0);
    const reason = reasonFor({ ids, pointed: isPointed, matches: words > best * LEAST_SHARE });
    // A score of zero comes last, in the order of the text: only the others need sorting.
    if (score > 0) speaking.push({ section, score, reason });
    else silent.push({ section, reason });
  }
  speaking.sort((a, b) => b.score - a.score || a.section.index - b.section.index);
  return [...speaking, ...silent];
}

/** Ids of the requirements that stand in each section; sections come in the order of the text and do not overlap. */
function listHeld(sections: readonly Section[], requirements: readonly Requirement[]): string[][] {
  const held: string[][] = [];
  for (const { id, span } of requirements) {
    for (let at = firstAfter(sections, span.start); at < sections.length; at++) {
      if ((sections[at]?.own.start ?? 0) >= span.end) break;
      const known = held[at];
      if (known) known.push(id);
      else held[at] = [id];
    }
  }
  return held;
}

/** Index of the first section that ends after a place. */
function firstAfter(sections: readonly Section[], place: number): number {
  let low = 0;
  let high = sections.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sections[middle]?.own.end ?? 0) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

function reasonFor(found: { ids: string[]; pointed: boolean; matches: boolean }): string {
  if (found.ids.length > 0)
    return `it holds ${found.ids.slice(0, 5).join(", ")}${found.ids.length > 5 ? " and more" : ""}`;
  if (found.pointed) return "a needed section refers to it";
  return found.matches ? "its words match the task" : "";
}
