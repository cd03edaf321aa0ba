import type { Requirement } from "@ccb/core";
import { normaliseText } from "../requirements/_identify.ts";
import { extractRequirements } from "../requirements/extract-requirements.ts";
import { type ChangeReason, findChangeReason, meaningOf } from "./_change-reason.ts";

/** A requirement in both versions. */
export interface RequirementPair {
  before: Requirement;
  after: Requirement;
}

export interface ChangedRequirement extends RequirementPair {
  reason: ChangeReason;
}

/** What happened to the requirements between two versions of a specification. */
export interface SpecDiff {
  added: Requirement[];
  removed: Requirement[];
  /** Same label or nearly the same words, other text. */
  changed: ChangedRequirement[];
  /** Same text under another heading. */
  moved: RequirementPair[];
  unchanged: number;
}

/** How alike two texts must be (share of common word pairs) to be one requirement that changed. */
const ALIKE = 0.5;

/**
 * Compares the requirements of two versions of a specification. A change that keeps the meaning ("must" became "shall") is reported
 * as changed, with the reason `wording`: somebody touched it, and somebody may want to skip it.
 */
export function diffSpecs(before: string, after: string): SpecDiff {
  const rest: Rest = { olds: new Set(extractRequirements(before)), news: new Set(extractRequirements(after)) };
  const unchanged = takePairs(rest, (item) => `${item.label ?? ""}\n${item.hash}\n${headingOf(item)}`).length;
  const moved = takePairs(rest, (item) => `${item.label ?? ""}\n${item.hash}`);
  const changed = [
    ...takePairs(rest, (item) => (item.label === undefined ? undefined : `${item.label}\n${headingOf(item)}`)),
    ...takePairs(rest, (item) => item.label),
  ];
  moved.push(...takePairs(rest, (item) => item.hash));
  changed.push(
    ...takePairs(rest, (item) => `${meaningOf(item)}\n${headingOf(item)}`),
    ...takePairs(rest, meaningOf),
    ...takeAlike(rest),
  );
  const inOrder = (a: RequirementPair, b: RequirementPair): number => a.after.span.start - b.after.span.start;
  return {
    added: [...rest.news],
    removed: [...rest.olds],
    changed: changed.map((pair) => ({ ...pair, reason: findChangeReason(pair.before, pair.after) })).sort(inOrder),
    moved: moved.sort(inOrder),
    unchanged,
  };
}

function headingOf(item: Requirement): string {
  return item.headingPath.join("\n");
}

/** Requirements of both versions that have no partner yet. */
interface Rest {
  olds: Set<Requirement>;
  news: Set<Requirement>;
}

/** Takes out the pairs that have the same key, in order. */
function takePairs(rest: Rest, key: (item: Requirement) => string | undefined): RequirementPair[] {
  const pairs: RequirementPair[] = [];
  const byKey = new Map<string, Requirement[]>();
  for (const old of rest.olds) {
    const name = key(old);
    if (name === undefined) continue;
    const known = byKey.get(name);
    if (known) known.push(old);
    else byKey.set(name, [old]);
  }
  for (const now of rest.news) {
    const name = key(now);
    const old = name === undefined ? undefined : byKey.get(name)?.shift();
    if (old) pairs.push(take(rest, old, now));
  }
  return pairs;
}

function take(rest: Rest, before: Requirement, after: Requirement): RequirementPair {
  rest.olds.delete(before);
  rest.news.delete(after);
  return { before, after };
}

/** A word pair that more requirements than this share says nothing. */
const COMMON = 100;

/** Takes out the pairs whose words are nearly the same. */
function takeAlike(rest: Rest): RequirementPair[] {
  const pairs: RequirementPair[] = [];
  const grams = new Map([...rest.olds].map((old) => [old, wordPairs(old.text)]));
  const holders = new Map<string, Requirement[]>();
  for (const [old, words] of grams) {
    for (const gram of words) {
      const known = holders.get(gram);
      if (known) known.push(old);
      else holders.set(gram, [old]);
    }
  }
  for (const now of rest.news) {
    const mine = wordPairs(now.text);
    const near = new Set<Requirement>();
    for (const gram of mine) {
      const known = holders.get(gram) ?? [];
      if (known.length <= COMMON) for (const old of known) if (rest.olds.has(old)) near.add(old);
    }
    let best: Requirement | undefined;
    let most = ALIKE;
    for (const old of near) {
      const alike = overlap(mine, grams.get(old) ?? new Set());
      if (alike > most) {
        most = alike;
        best = old;
      }
    }
    if (best) pairs.push(take(rest, best, now));
  }
  return pairs;
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
