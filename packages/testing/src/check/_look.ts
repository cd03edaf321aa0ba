import type { Observation } from "@ccb/core";

/** Characters of a received value that an observation keeps. */
const maxShown = 300;

/** A value as an observation shows it: JSON, cut. */
export function show(value: unknown): string {
  return cut(value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)));
}

/** A text cut to what an observation keeps. */
export function cut(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}… (${text.length} characters)` : text;
}

/** The observation of something that could not be looked at. */
export function failedObservation(what: string, expected: string, received: string): Observation {
  return { passed: false, what, expected, received };
}
