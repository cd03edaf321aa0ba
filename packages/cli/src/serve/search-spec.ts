import { parseOutline } from "@ccb/context";

export interface SpecHit {
  heading: string;
  line: number;
  text: string;
}

/**
 * The sections of a specification that speak of a query's words, best first: each word counts by how rare it is among the sections, a word in the heading three times. Pure.
 */
export function searchSpec(text: string, query: string, limit: number): SpecHit[] {
  const words = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
  const sections = parseOutline(text).sections.map((section) => {
    const own = text.slice(section.own.start, section.own.end);
    return { section, own, lower: own.toLowerCase(), title: section.title.toLowerCase() };
  });
  const weights = new Map(
    words.map((word) => {
      const holding = sections.filter(({ lower }) => lower.includes(word)).length;
      return [word, holding === 0 ? 0 : Math.log(1 + sections.length / holding)];
    }),
  );
  return sections
    .map(({ section, own, lower, title }) => {
      const score = words.reduce((sum, word) => {
        const weight = weights.get(word) ?? 0;
        return sum + (lower.includes(word) ? weight : 0) + (title.includes(word) ? 2 * weight : 0);
      }, 0);
      return { section, own, score };
    })
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score || left.section.index - right.section.index)
    .slice(0, limit)
    .map(({ section, own }) => ({
      heading: section.headingPath.join(" > "),
      line: section.own.startLine,
      text: own.length > 2000 ? `${own.slice(0, 1999)}…` : own,
    }));
}
