import { hashHex } from "../parse/_hash-hex.ts";

/** Text that stays the same when only marks, case or spaces change. */
export function normaliseText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[`*_"'“”‘’]/g, "")
    .replace(/[\s.;:,]+/g, " ")
    .trim();
}

/** A normalised text with one keyword for each strength: shall, "has to" and "is required to" oblige as must does (RFC 2119). */
export function foldKeywords(text: string): string {
  return text
    .replace(/\b(?:shall|ha(?:s|ve) to|needs? to|(?:is|are) required to)\b/g, "must")
    .replace(/\b(?:ought to|(?:is|are) recommended to)\b/g, "should");
}

/** Hash of a requirement's normalised text, 16 hexadecimal digits. */
export function hashText(text: string): string {
  return hashHex(normaliseText(text)).slice(0, 16);
}

/** What an id is made of. */
export interface IdParts {
  text: string;
  label?: string | undefined;
  headingPath: readonly string[];
}

/**
 * Makes ids that survive edits elsewhere: the document's own label, else a short hash of text and heading. A label that several
 * requirements bear (AC1 under every story) gets a hash of its headings, so that a story before it does not shift it.
 */
export function createIdentifier(all: readonly IdParts[]): (parts: IdParts) => string {
  const borne = new Map<string, number>();
  for (const { label } of all) if (label !== undefined) borne.set(label, (borne.get(label) ?? 0) + 1);
  const seen = new Map<string, number>();
  return ({ text, label, headingPath }) => {
    const base =
      label === undefined
        ? `R-${hashHex(`${normaliseText(headingPath.at(-1) ?? "")}\n${foldKeywords(normaliseText(text))}`).slice(0, 8)}`
        : (borne.get(label) ?? 0) > 1
          ? `${label}-${hashHex(headingPath.map(normaliseText).join("\n")).slice(0, 6)}`
          : label;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return count === 1 ? base : `${base}-${count}`;
  };
}
