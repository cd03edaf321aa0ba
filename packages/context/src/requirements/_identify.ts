import { hashHex } from "../parse/_hash-hex.ts";

/** Text that stays the same when only marks, case or spaces change. */
export function normaliseText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[`*_"'“”‘’]/g, "")
    .replace(/[\s.;:,]+/g, " ")
    .trim();
}

/** Hash of a requirement's normalised text, 16 hexadecimal digits. */
export function hashText(text: string): string {
  return hashHex(normaliseText(text)).slice(0, 16);
}

/** An id that survives edits elsewhere: the document's own label, else a short hash of text and heading. */
export function createIdentifier(): (parts: { text: string; label?: string | undefined; heading: string }) => string {
  const seen = new Map<string, number>();
  return ({ text, label, heading }) => {
    const base = label ?? `R-${hashHex(`${normaliseText(heading)}\n${normaliseText(text)}`).slice(0, 8)}`;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return count === 1 ? base : `${base}-${count}`;
  };
}
