import { plainText } from "../parse/_plain-text.ts";

export interface SummaryOptions {
  /** Longest summary, in characters. */
  maxCharacters?: number;
}

/** Most characters of a text that are looked at: a summary must not cost more than the chunk it stands for. */
const LOOKED_AT = 6000;
const SHOWN_HEADINGS = 6;

/** Summarizes a text by extraction: its headings, and the first sentence under them. */
export function summarizeText(text: string, options: SummaryOptions = {}): string {
  const most = options.maxCharacters ?? 400;
  const headings: string[] = [];
  let headingCount = 0;
  let sentence = "";
  let fenced = false;
  for (const line of text.slice(0, LOOKED_AT).split("\n")) {
    const trimmed = line.trim();
    if (/^(?:```|~~~)/.test(trimmed)) fenced = !fenced;
    else if (fenced || trimmed === "") continue;
    else if (/^#{1,6}\s/.test(trimmed)) {
      if (headingCount++ < SHOWN_HEADINGS) headings.push(plainText(trimmed.replace(/^#+\s+/, "").replace(/\s#+$/, "")));
    } else if (sentence === "" && /^[\p{L}\d*_`"'([]/u.test(trimmed) && /\p{L}{2}/u.test(trimmed)) {
      sentence = firstSentence(plainText(trimmed));
    }
  }
  const shown =
    headings.join("; ") + (headingCount > SHOWN_HEADINGS ? `; and ${headingCount - SHOWN_HEADINGS} more` : "");
  return cutAtWord([shown, sentence].filter((part) => part !== "").join(" — "), most);
}

function firstSentence(text: string): string {
  const end = /[.!?](?=\s+\p{Lu}|$)/u.exec(text);
  return end ? text.slice(0, end.index + 1) : text;
}

function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  const space = cut.lastIndexOf(" ");
  return `${cut.slice(0, space > most / 2 ? space : most).toWellFormed()}…`;
}
