import { type Analysis, CcbError } from "@ccb/core";

/** Entries of a joined list; every later call reads the analysis, so it must stay small. */
const longestList = 60;
/** Characters of the joined summary. */
const longestSummary = 4_000;

const levels: readonly Analysis["complexity"][] = ["simple", "moderate", "complex", "critical"];

/**
 * One analysis from those of a specification's pieces, in order: lists joined without repeats (at most 60 entries each), hours added, the highest complexity
 * kept, name from the first piece, project type by majority. Throws `usage` on an empty list.
 */
export function mergeAnalyses(list: readonly Analysis[]): Analysis {
  const [first, ...rest] = list;
  if (!first) {
    throw new CcbError({
      code: "usage",
      message: "There is no analysis to merge: expected at least one, received none.",
      hint: "Analyse at least one piece of the specification first.",
    });
  }
  if (rest.length === 0) return first;
  const highest = Math.max(...list.map((analysis) => levels.indexOf(analysis.complexity)));
  return {
    projectName: first.projectName,
    projectType: findMostFrequent(list.map((analysis) => analysis.projectType)) ?? first.projectType,
    summary: unique(
      list.map((analysis) => analysis.summary.trim()),
      (text) => text,
    )
      .join(" ")
      .slice(0, longestSummary),
    complexity: levels[highest] ?? first.complexity,
    complexityScore: Math.max(...list.map((analysis) => analysis.complexityScore)),
    complexityReasons: joinTexts(list.map((analysis) => analysis.complexityReasons)),
    technologies: joinTexts(list.map((analysis) => analysis.technologies)),
    components: join(
      list.map((analysis) => analysis.components),
      (component) => component.name,
    ),
    risks: join(
      list.map((analysis) => analysis.risks),
      (risk) => risk.description,
    ),
    openQuestions: joinTexts(list.map((analysis) => analysis.openQuestions)),
    estimatedHours: list.reduce((sum, analysis) => sum + analysis.estimatedHours, 0),
  };
}

function joinTexts(lists: string[][]): string[] {
  return join(lists, (text) => text);
}

/** The lists as one without repeats. One that grew too long keeps the first entries of every list, as many of each as there is room for. */
function join<Item>(lists: Item[][], readKey: (item: Item) => string): Item[] {
  const all = unique(lists.flat(), readKey);
  if (all.length <= longestList) return all;
  const chosen = new Set<Item>();
  const open = new Set(all);
  for (let turn = 0; chosen.size < longestList; turn++) {
    for (const list of lists) {
      const item = list[turn];
      if (item !== undefined && open.has(item) && chosen.size < longestList) chosen.add(item);
    }
  }
  return all.filter((item) => chosen.has(item));
}

function unique<Item>(items: Item[], readKey: (item: Item) => string): Item[] {
  const seen = new Map<string, Item>();
  for (const item of items) {
    const key = readKey(item).trim().toLowerCase();
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function findMostFrequent(values: string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1])[0]?.[0];
}
