import type { Span } from "@ccb/core";
import type { Section } from "./parse-outline.ts";

/** A place in one section that points to another. */
export interface SectionReference {
  /** Index of the section the words stand in. */
  from: number;
  /** Index of the section they point to; null when there is none. */
  to: number | null;
  /** `number`: "see 3.2"; `link`: "[x](#anchor)"; `title`: a section's title in quotes. */
  kind: "number" | "link" | "title";
  /** The words that point. */
  text: string;
  span: Span;
}

const NUMBER =
  /\b(?:see|in|to|of|per|from|under|by|with|section|sections|chapter|clause|§)\s+(?:(?:also|section|sections|chapter|clause|§)\s*)?(\d{1,3}(?:\.\d{1,3}){0,5})(?![\w%°]|\.\d|,\d)/gi;
const NAMED = /(?:section|sections|chapter|clause|§|see(?: also)?)\s*\d/i;
const LINK = /\[[^[\]\n]{1,300}\]\(#([^()\s]{1,200})\)/g;
const TITLE = /\b(?:see|section|chapter)\s+(?:the\s+)?["“*_]([^"”*_\n]{3,80})["”*_]/gi;

/** Cross-references between sections: by number, by link, by title. Numbers count with a word such as "see" or "section". */
export function findReferences(text: string, sections: readonly Section[]): SectionReference[] {
  const byNumber = new Map(
    sections.flatMap((section) => (section.number === undefined ? [] : [[section.number, section.index]])),
  );
  const bySlug = new Map(sections.map((section) => [section.slug, section.index]));
  const byTitle = new Map(sections.map((section) => [plainTitle(section.title), section.index]));
  const references: SectionReference[] = [];
  const add = (match: RegExpExecArray, kind: SectionReference["kind"], to: number | undefined): void => {
    const from = sectionAt(sections, match.index);
    if (from === undefined || to === from.index) return;
    const line = from.own.startLine + countBreaks(text, from.own.start, match.index);
    const span = {
      start: match.index,
      end: match.index + match[0].length,
      startLine: line,
      endLine: line + countBreaks(text, match.index, match.index + match[0].length),
    };
    references.push({ from: from.index, to: to ?? null, kind, text: match[0], span });
  };
  for (const match of text.matchAll(LINK)) add(match, "link", bySlug.get((match[1] ?? "").toLowerCase()));
  for (const match of text.matchAll(NUMBER)) {
    const to = byNumber.get(match[1] ?? "");
    if (NAMED.test(match[0]) ? byNumber.size > 0 : to !== undefined && (match[1] ?? "").includes("."))
      add(match, "number", to);
  }
  for (const match of text.matchAll(TITLE)) {
    const to = byTitle.get(plainTitle(match[1] ?? ""));
    if (to !== undefined) add(match, "title", to);
  }
  return references.sort((a, b) => a.span.start - b.span.start);
}

function plainTitle(title: string): string {
  return title
    .toLowerCase()
    .replace(/^[\d.]+\s+/, "")
    .trim();
}

function sectionAt(sections: readonly Section[], position: number): Section | undefined {
  let low = 0;
  let high = sections.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sections[middle]?.own.start ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return sections[low];
}

function countBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
