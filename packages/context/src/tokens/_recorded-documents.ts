/** A document with its recorded token counts, one line of the calibration data. */
export interface RecordedDocument {
  id: string;
  kind: string;
  tokens: Record<string, number>;
  text: string;
}

/**
 * Whether a document is kept from the fit: one in three, by its name without folder and version, so that versions of one page
 * stand on the same side.
 */
export function isTestDocument(id: string): boolean {
  const parts = id.split("/");
  const last = parts.at(-1) ?? id;
  const name = /^(?:index|readme)\./i.test(last) ? parts.slice(-2).join("/") : last;
  let value = 7;
  for (const char of name) value = (value * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return value % 3 === 0;
}
