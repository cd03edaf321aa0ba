import type { Chunk, HeadingPlace } from "./chunk-spec.ts";

/** Where a chunk stands in the whole document. */
export interface Navigation {
  /** The document's top headings, indented by level, the same for every chunk. */
  outline: readonly string[];
  /** What the chunk before is about; null for the first. */
  previous: string | null;
  next: string | null;
  /** Such as "Part 3 of 12, lines 410-702". */
  position: string;
}

const LONGEST_OUTLINE = 60;

/** Fills in the navigation of every chunk. */
export function createNavigation(chunks: Chunk[], headings: HeadingPlace[]): void {
  const outline = Object.freeze(topOutline(headings));
  for (const chunk of chunks) {
    const { index, total, span } = chunk;
    chunk.navigation = {
      outline,
      previous: describe(chunks[index - 1]),
      next: describe(chunks[index + 1]),
      position: `Part ${index + 1} of ${total}, lines ${span.startLine}-${span.endLine}`,
    };
  }
}

function describe(chunk: Chunk | undefined): string | null {
  if (!chunk) return null;
  const path = chunk.headingPath.join(" > ");
  return path === "" ? chunk.summary : path;
}

/** As many levels as fit: the deepest level that keeps the outline short. */
function topOutline(headings: HeadingPlace[]): string[] {
  let depth = 1;
  for (let level = 2; level <= 6; level++) {
    if (headings.filter((heading) => heading.level <= level).length > LONGEST_OUTLINE) break;
    depth = level;
  }
  const shown = headings.filter((heading) => heading.level <= depth);
  const lines = shown.slice(0, LONGEST_OUTLINE).map((heading) => `${"  ".repeat(heading.level - 1)}${heading.title}`);
  if (shown.length > LONGEST_OUTLINE) lines.push(`… and ${shown.length - LONGEST_OUTLINE} more`);
  return lines;
}
