import type { StreamedChunk } from "./chunk-spec-stream.ts";

/** A heading's place; its title is read when it is needed. */
export interface HeadingPlace {
  start: number;
  end: number;
  level: number;
}

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

/** Gives the navigation of each chunk by its index. */
export function createNavigation(
  chunks: readonly StreamedChunk[],
  outline: readonly string[],
): (index: number) => Navigation {
  return (index) => {
    const span = chunks[index]?.span;
    return {
      outline,
      previous: describe(chunks[index - 1]),
      next: describe(chunks[index + 1]),
      position: `Part ${index + 1} of ${chunks.length}, lines ${span?.startLine ?? 1}-${span?.endLine ?? 1}`,
    };
  };
}

function describe(chunk: StreamedChunk | undefined): string | null {
  if (!chunk) return null;
  const path = chunk.headingPath.join(" > ");
  return path === "" ? chunk.summary : path;
}

/** As many levels as fit: the deepest level that keeps the outline short. */
export function topOutline(headings: HeadingPlace[], titleOf: (place: HeadingPlace) => string): readonly string[] {
  const perLevel = [0, 0, 0, 0, 0, 0, 0];
  for (const { level } of headings) perLevel[level] = (perLevel[level] ?? 0) + 1;
  let depth = 0;
  let count = 0;
  for (let level = 1; level <= 6; level++) {
    count += perLevel[level] ?? 0;
    if (count > LONGEST_OUTLINE && depth > 0) break;
    if (count > 0) depth = level;
  }
  const shown = headings.filter((heading) => heading.level <= depth);
  const lines = shown
    .slice(0, LONGEST_OUTLINE)
    .map((heading) => `${"  ".repeat(heading.level - 1)}${titleOf(heading)}`);
  if (shown.length > LONGEST_OUTLINE) lines.push(`… and ${shown.length - LONGEST_OUTLINE} more`);
  return Object.freeze(lines);
}
