import type { CallScope, Model } from "@ccb/core";
import type { Summarizer } from "./summarize-chunks.ts";

export interface ModelSummarizerOptions {
  /** Any model of the core's port, such as `createAnthropicModel` of @ccb/models makes. */
  model: Model;
  /** Whom the calls belong to in logs and costs. */
  scope: CallScope;
  /** Longest summary asked for, in words; 60 unless given. */
  maxWords?: number;
}

const system =
  "You summarise one part of a product specification for readers who have the other parts. You say what the part asks for: the things it " +
  "defines, the figures that bind, what it needs from other parts. You add nothing and judge nothing. You answer with the summary alone, as one paragraph.";

/** Makes the port of `summarizeChunks` from a model: one call for each chunk. */
export function createModelSummarizer(options: ModelSummarizerOptions): Summarizer {
  const { model, scope, maxWords = 60 } = options;
  return async ({ text, headingPath, signal }) => {
    const place = headingPath.length === 0 ? "" : `It begins under: ${headingPath.join(" > ")}\n\n`;
    const { value } = await model.generate({
      system,
      prompt: `${place}<part>\n${text}\n</part>\n\nSummarise this part in at most ${maxWords} words.`,
      scope,
      maxOutputTokens: maxWords * 4 + 100,
      ...(signal ? { signal } : {}),
    });
    return value;
  };
}
