export { createModelSummarizer, type ModelSummarizerOptions } from "./chunk/create-model-summarizer.ts";
export {
  type SummarizeChunksOptions,
  type SummarizeChunksResult,
  type Summarizer,
  summarizeChunks,
} from "./chunk/summarize-chunks.ts";
export { type SummaryOptions, summarizeText } from "./chunk/summarize-text.ts";
