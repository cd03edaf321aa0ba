import type { Requirement } from "@ccb/core";
import { normaliseText } from "../requirements/_identify.ts";
import { extractRequirements } from "../requirements/extract-requirements.ts";

export interface ChangedRequirement {
  before: Requirement;
  after: Requirement;
}

/** What happened to the requirements between two versions of a specification. */
export interface SpecDiff {
  added: Requirement[];
  removed: Requirement[];
  /** Same label or nearly the same words, other text. */
  changed: ChangedRequirement[];
  /** Same text under another heading. */
  moved: ChangedRequirement[];
  unchanged: number;
}

/** How alike two texts must be (share of common word pairs) to be one requirement that changed. */
const ALIKE = 0.5;

/** Compares the requirements of two versions of a specification. */
export function diffSpecs(before: string, after: string): SpecDiff {
  const diff: SpecDiff = { added: [], removed: [], changed: [], moved: [], unchanged: 0 };
  const olds = new Set(extractRequirements(before));
  const news = new Set(extractRequirements(after));
  pair(
    olds,
    news,
    (item) => `${item.label ?? ""}\n${item.hash}\n${item.headingPath.join("\n")}`,
    () => diff.unchanged++,
  );
  pair(
    olds,
    news,
    (item) => `${item.label ?? ""}\n${item.hash}`,
    (old, now) => diff.moved.push({ before: old, after: now }),
  );
  pair(
    olds,
    news,
    (item) => (item.label === undefined ? undefined : item.label),
    (old, now) => diff.changed.push({ before: old, after: now }),
  );
  pair(
    olds,
    news,
    (item) => item.hash,
    (old, now) => diff.moved.push({ before: old, after: now }),
  );
  pairAlike(olds, news, diff);
  diff.removed.push(...olds);
  diff.added.push(...news);
  diff.changed.sort((a, b) => a.after.span.start - b.after.span.start);
  diff.moved.sort((a, b) => a.after.span.start - b.after.span.start);
  return diff;
}

function pair(
  olds: Set<Requirement>,
  news: Set<Requirement>,
  key: (item: Requirement) => string | undefined,
  found: (old: Requirement, now: Requirement) => void,
): void {
  const byKey = new Map<string, Requirement[]>();
  for (const old of olds) {
    const name = key(old);
    if (name !== undefined) byKey.set(name, [...(byKey.get(name) ?? []), old]);
  }
  for (const now of news) {
    const name = key(now);
    const old = name === undefined ? undefined : byKey.get(name)?.shift();
    if (!old) continue;
    olds.delete(old);
    news.delete(now);
    found(old, now);
  }
}

function pairAlike(olds: Set<Requirement>, news: Set<Requirement>, diff: SpecDiff): void {
  const grams = new Map([...olds].map((old) => [old, wordPairs(old.text)]));
  for (const now of news) {
    const mine = wordPairs(now.text);
    let best: Requirement | undefined;
    let most = ALIKE;
    for (const old of olds) {
      const alike = overlap(mine, grams.get(old) ?? new Set());
      if (alike > most) {
        most = alike;
        best = old;
      }
    }
    if (!best) continue;
    olds.delete(best);
    news.delete(now);
    diff.changed.push({ before: best, after: now });
  }
}

function wordPairs(text: string): Set<string> {
  const words = normaliseText(text).split(" ");
  return new Set(words.flatMap((word, index) => [word, `${word} ${words[index + 1] ?? ""}`]));
}

function overlap(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let common = 0;
  for (const gram of a) if (b.has(gram)) common++;
  return (2 * common) / (a.size + b.size);
}
