import type { Requirement } from "@ccb/core";
import { toTerms } from "../assemble/_to-terms.ts";
import { findMeasure } from "../requirements/_parse-measure.ts";

/** What a requirement measures: two requirements with the same key speak of one value. */
export interface Subject {
  key: string;
  /** The value in the base unit of its quantity. */
  value: number;
  comparator: NonNullable<Requirement["measure"]>["comparator"];
}

/** Base unit and factor of units that can be compared with each other. */
const UNITS: Record<string, [quantity: string, factor: number]> = {
  ...scaled("time", { ms: 1, millisecond: 1, s: 1000, sec: 1000, second: 1000, min: 60_000, minute: 60_000 }),
  ...scaled("time", { h: 3_600_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 }),
  ...scaled("month", { month: 1, year: 12 }),
  ...scaled("percent", { "%": 1, percent: 1 }),
  ...scaled("bytes", { byte: 1, kb: 1e3, kib: 1024, mb: 1e6, mib: 1024 ** 2, gb: 1e9, gib: 1024 ** 3, tb: 1e12 }),
  ...scaled("character", { char: 1, character: 1 }),
  ...scaled("attempt", { attempt: 1, retry: 1, retrie: 1 }),
  ...scaled("usd", { usd: 1, dollar: 1 }),
};

function scaled(quantity: string, factors: Record<string, number>): Record<string, [string, number]> {
  return Object.fromEntries(Object.entries(factors).map(([unit, factor]) => [unit, [quantity, factor]]));
}

/** Words that say how a value is compared or that every statement has: they do not tell two subjects apart. */
const COMPARING = new Set(
  toTerms(
    "not never no cannot more most less least fewer longer larger greater later older shorter smaller than exceed exceeding over above under below within after " +
      "up maximum minimum max min limit limited can could shall must will may should need have has been being do does allowed allow system service application app " +
      "user users each every any all given always exactly only also long length number count total size time",
  ),
);
const OBLIGES =
  /\b(?:shall|must|should|may|can(?:not)?|will|needs? to|ha(?:s|ve) to|is|are|was|were|expires?|ends?|lasts?|takes?)\b/i;
const NAMED = /^[`*"']*[\w .-]{1,40}[`*"']*\s*(?::|—|\|)/;
const POINTS =
  /^(?:it|they|that|he|she|its|their|the (?:limit|value|maximum|minimum|same) (?:is|must|shall|should|may|can))\b|\b(?:this|these|those|above|below|following)\b/i;

/** What a requirement measures, or undefined where it names no value or no subject. */
export function findSubject(requirement: Requirement): Subject | undefined {
  const { text, headingPath } = requirement;
  const found = findMeasure(text);
  if (!found) return undefined;
  const words = [...toTerms(text.slice(0, found.start)), ...toTerms(text.slice(found.end))];
  const named = words.filter((word) => !COMPARING.has(word));
  if (named.length === 0) return undefined;
  const { unit, value, comparator } = found.measure;
  const [quantity, factor] = UNITS[unit] ?? UNITS[unit.replace(/s$/, "")] ?? [unit.replace(/s$/, ""), 1];
  const scope = standsAlone(text) ? "" : headingPath.join("\n");
  const key = [quantity, scope, ...named.sort()].join("\n");
  return { key, value: value * factor, comparator };
}

/** Whether a text says by itself what it speaks of; fields, rows and what begins with "it" are understood under their heading. */
export function standsAlone(text: string): boolean {
  return OBLIGES.test(text) && !NAMED.test(text) && !POINTS.test(text);
}
