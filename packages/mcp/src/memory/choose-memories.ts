import type { MemoryEntity, MemoryGraph } from "./memory-graph.ts";

export interface ChooseMemoriesOptions {
  graph: MemoryGraph;
  /** What the task is about, in words. */
  about: string;
  budgetTokens: number;
  countTokens: (text: string) => number;
}

export interface ChosenMemories {
  /** Markdown, one entity a paragraph; "" where nothing is known. */
  text: string;
  /** Names of the entities that did not fit. */
  leftOut: string[];
}

/**
 * What of the memory a task is given at its start: entities whose names or observations share words with it first, the newest first among equals, until the budget is used up.
 * Names of what was left out are known, so that the session can ask for them. Pure.
 */
export function chooseMemories(options: ChooseMemoriesOptions): ChosenMemories {
  const { graph, countTokens, budgetTokens } = options;
  const words = wordsOf(options.about);
  const ranked = graph.entities
    .map((entity, at) => ({ entity, at, score: scoreEntity(entity, words) }))
    .sort((left, right) => right.score - left.score || right.at - left.at);
  const parts: string[] = [];
  const leftOut: string[] = [];
  let used = 0;
  for (const { entity } of ranked) {
    const part = renderEntity(entity, graph);
    const tokens = countTokens(part);
    if (used + tokens > budgetTokens) leftOut.push(entity.name);
    else {
      parts.push(part);
      used += tokens;
    }
  }
  return { text: parts.join("\n"), leftOut };
}

function renderEntity({ name, entityType, observations }: MemoryEntity, graph: MemoryGraph): string {
  const relations = graph.relations
    .filter((relation) => relation.from === name)
    .map(({ relationType, to }) => `- ${relationType} ${to}`);
  return [`${name} (${entityType})`, ...observations.map((line) => `- ${line}`), ...relations].join("\n");
}

function scoreEntity({ name, observations }: MemoryEntity, words: ReadonlySet<string>): number {
  const own = wordsOf([name, ...observations].join(" "));
  return [...own].filter((word) => words.has(word)).length;
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}_./-]{3,}/gu) ?? []).map((word) => word.replace(/[.,]+$/, "")));
}
