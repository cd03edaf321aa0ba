import type { Span } from "@ccb/core";
import { estimateRange } from "../tokens/estimate-tokens.ts";
import { type BlockTable, KIND } from "./_block-table.ts";
import { findReferences, type SectionReference } from "./_find-references.ts";
import { headingText } from "./_plain-text.ts";
import { scanBlocks } from "./_scan-blocks.ts";

/** A heading and what stands under it. */
export interface Section {
  index: number;
  level: number;
  title: string;
  /** Number the title carries ("3.2"), where it has one. */
  number?: string;
  /** Anchor of the heading, as GitHub makes it. */
  slug: string;
  /** Titles from the top down to this one. */
  headingPath: string[];
  /** The heading and everything up to the next heading of the same or a higher level. */
  span: Span;
  /** The heading and its own text, up to the next heading of any level. */
  own: Span;
  parent: number | null;
  /** Estimated tokens of `own`. */
  tokens: number;
}

export type { SectionReference };

export interface Outline {
  title: string | null;
  /** Text before the first heading is section 0 with level 0 when there is any. */
  sections: Section[];
  /** Where one section points to another; `to` is null where the target does not exist. */
  references: SectionReference[];
}

/** Parses the tree of sections of a specification. */
export function parseOutline(text: string): Outline {
  const table = scanBlocks(text);
  const sections = toSections(text, table);
  const top = sections.find((section) => section.level === 1) ?? sections.find((section) => section.level > 0);
  return { title: top?.title ?? null, sections, references: findReferences(text, sections) };
}

interface Start {
  at: number;
  line: number;
  level: number;
  title: string;
}

function toSections(text: string, table: BlockTable): Section[] {
  const starts = findStarts(text, table);
  const slugs = new Map<string, number>();
  const open: Section[] = [];
  const sections: Section[] = [];
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    const end = next?.at ?? text.length;
    const endLine = next ? next.line - 1 : Math.max(start.line, table.lines);
    while (open.length > 0 && (open.at(-1)?.level ?? 0) >= start.level) open.pop();
    const parent = open.at(-1);
    const own: Span = { start: start.at, end, startLine: start.line, endLine };
    const number = /^(?:§\s*)?(\d+(?:\.\d+)*)\.?(?=\s|$)/.exec(start.title)?.[1];
    const section: Section = {
      index,
      level: start.level,
      title: start.title,
      slug: uniqueSlug(start.title, slugs),
      headingPath: start.level === 0 ? [] : [...(parent?.headingPath ?? []), start.title],
      span: { ...own },
      own,
      parent: parent?.index ?? null,
      tokens: Math.ceil(estimateRange(text, own)),
    };
    if (number !== undefined) section.number = number;
    for (const ancestor of open) {
      ancestor.span.end = end;
      ancestor.span.endLine = endLine;
    }
    if (start.level > 0) open.push(section);
    sections.push(section);
  }
  return sections;
}

function findStarts(text: string, table: BlockTable): Start[] {
  const starts: Start[] = [];
  for (let row = 0; row < table.count; row++) {
    if (table.kind[row] !== KIND.heading) continue;
    const at = table.start[row] ?? 0;
    const title = headingText(text.slice(at, table.end[row] ?? at));
    starts.push({ at, line: (table.line[row] ?? 0) + 1, level: table.level[row] ?? 1, title });
  }
  const first = starts[0];
  if (text.slice(0, first?.at ?? text.length).trim() !== "") starts.unshift({ at: 0, line: 1, level: 0, title: "" });
  else if (first) {
    first.at = 0;
    first.line = 1;
  }
  return starts;
}

function uniqueSlug(title: string, seen: Map<string, number>): string {
  const slug = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
  const count = seen.get(slug) ?? 0;
  seen.set(slug, count + 1);
  return count === 0 ? slug : `${slug}-${count}`;
}
