import type { Span } from "@ccb/core";
import type { Candidate } from "./_candidate.ts";

const START = /^\s*(?:Scenario(?: Outline| Template)?|Example)\s*:/;

/** Scenarios of a fenced Gherkin text: each from its title to the last of its steps and examples. */
export function scenariosOfFence(text: string, span: Span): Omit<Candidate, "headingPath">[] {
  const source = text.slice(span.start, span.end);
  if (!/^\s*Scenario(?: Outline| Template)?\s*:/m.test(source)) return [];
  const found: Omit<Candidate, "headingPath">[] = [];
  let open: Omit<Candidate, "headingPath"> | undefined;
  let position = span.start;
  let line = span.startLine;
  for (const row of source.split("\n")) {
    const words = row.trim();
    if (START.test(row)) {
      open = {
        text: words,
        start: position + row.indexOf(words),
        end: position + row.trimEnd().length,
        startLine: line,
        endLine: line,
        source: "scenario",
      };
      found.push(open);
    } else if (/^(?:```|~~~|@|Feature\s*:|Rule\s*:|Background\s*:)/.test(words)) open = undefined;
    else if (open && words !== "" && !words.startsWith("#")) {
      open.text += ` ${words}`;
      open.end = position + row.trimEnd().length;
      open.endLine = line;
    }
    position += row.length + 1;
    line++;
  }
  return found;
}
