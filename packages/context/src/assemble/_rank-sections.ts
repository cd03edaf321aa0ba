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
