import { chunkSpec, estimateTokens } from "@ccb/context";
import type { Requirement } from "@ccb/core";

/** A piece of the specification that one call can analyse and plan. */
export interface PlanningChunk {
  text: string;
  index: number;
  total: number;
}

/** Tokens of a planning call that are not specification: its requirements, the analysis, earlier phases and the answer. */
const reservedTokens = 110_000;
/** Requirements one plan can cover: about 65 tokens of answer each, under the 48,000 that the task generator may answer with. */
const mostRequirements = 400;
/** A window below this is not made smaller, however many requirements stand in it. */
const smallestWindow = 8_000;

/**
 * Cuts a specification into pieces that fit the planning model: its text, what is said about it, and the answer. Most specifications are one piece. One that is
 * dense with requirements is cut smaller until every piece can be answered.
 */
export function cutForPlanning(
  text: string,
  options: { windowTokens: number; requirements: readonly Requirement[] },
): PlanningChunk[] {
  const { requirements } = options;
  let windowTokens = Math.max(options.windowTokens / 2, options.windowTokens - reservedTokens);
  for (;;) {
    const { chunks } = chunkSpec(text, { windowTokens, countTokens: estimateTokens });
    const most = Math.max(0, ...countRequirements(chunks, requirements));
    if (most <= mostRequirements || windowTokens <= smallestWindow) {
      return chunks.map(({ text: piece, index, total }) => ({ text: piece, index, total }));
    }
    const largest = Math.max(...chunks.map(({ tokens }) => tokens));
    // The next budget is what the fullest piece could have held, or a quarter less where the cut fell badly.
    windowTokens = Math.max(smallestWindow, Math.min(windowTokens * 0.75, (largest * mostRequirements) / most / 0.7));
  }
}

function countRequirements(
  chunks: readonly { span: { start: number; end: number } }[],
  requirements: readonly Requirement[],
): number[] {
  const counts = chunks.map(() => 0);
  let at = 0;
  for (const { span } of [...requirements].sort((left, right) => left.span.start - right.span.start)) {
    while (at < chunks.length - 1 && span.start >= (chunks[at]?.span.end ?? 0)) at++;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
