import type { Requirement } from "@ccb/core";
import { foldKeywords, normaliseText } from "../requirements/_identify.ts";

/**
 * What is different: `wording` keeps the meaning (must and shall oblige alike), `obligation` is another keyword (must became should),
 * `value` other numbers or units in the same words, `text` anything else.
 */
export type ChangeReason = "wording" | "obligation" | "value" | "text";

/** Tells how a requirement changed. */
export function findChangeReason(before: Requirement, after: Requirement): ChangeReason {
  if (meaningOf(before) === meaningOf(after)) return before.priority === after.priority ? "wording" : "obligation";
  if (withoutKeywords(before) === withoutKeywords(after)) return "obligation";
  if (withoutValues(before) === withoutValues(after)) return "value";
  return "text";
}

/** Text that stays the same where only articles, marks and keywords of one strength differ. */
export function meaningOf({ text }: Requirement): string {
  return foldKeywords(normaliseText(text))
    .replace(/\b(?:an?|the)\b ?/g, "")
    .trim();
}

function withoutKeywords(requirement: Requirement): string {
  return meaningOf(requirement).replace(/\b(?:must|should|may|can|could|will|would)\b/g, "…");
}

/** Other digits with another unit behind them, as in "1 second" and "500 ms". */
function withoutValues(requirement: Requirement): string {
  const unit = requirement.measure?.unit ?? "";
  const text = unit === "" ? meaningOf(requirement) : meaningOf(requirement).replaceAll(` ${unit}`, "");
  return text.replace(/\d[\d,.]*/g, "#");
}
