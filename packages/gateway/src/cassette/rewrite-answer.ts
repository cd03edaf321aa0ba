import { mapAnswer } from "./map-answer.ts";
import { replaceTexts, type TextReplacement } from "./replace-texts.ts";

/** A recorded answer with the words of its run replaced by those of another: the project directory has another path, the session another id. Pure. */
export function rewriteAnswer(body: string, replacements: readonly TextReplacement[]): string {
  const useful = replacements.filter(({ from, to }) => from !== "" && from !== to);
  if (useful.length === 0) return body;
  const inJson = useful.map(({ from, to }) => ({ from: escapeJson(from), to: escapeJson(to) }));
  return mapAnswer(body, (text, form) => replaceTexts(text, form === "json" ? inJson : useful));
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
