import type { Chunk } from "./chunk-spec.ts";

/** Port for a model that summarizes; rejects when it cannot. */
export type Summarizer = (input: {
  text: string;
  headingPath: readonly string[];
  signal?: AbortSignal;
}) => Promise<string>;

export interface SummarizeChunksOptions {
  chunks: readonly Chunk[];
  summarize: Summarizer;
  signal?: AbortSignal;
}

export interface SummarizeChunksResult {
  /** The chunks, with the model's summary where it gave one and the extracted one elsewhere. */
  chunks: Chunk[];
  /** One line for each chunk that kept its extracted summary, with the reason. */
  warnings: string[];
}

/** Replaces the extracted summaries of chunks by a model's, one after the other. An abort rejects with the signal's reason. */
export async function summarizeChunks(options: SummarizeChunksOptions): Promise<SummarizeChunksResult> {
  const { summarize, signal } = options;
  const chunks: Chunk[] = [];
  const warnings: string[] = [];
  for (const chunk of options.chunks) {
    signal?.throwIfAborted();
    const { text, headingPath } = chunk;
    const outcome = await summarize({ text, headingPath, ...(signal ? { signal } : {}) }).then(
      (summary) => ({ summary: summary.trim(), reason: "the model gave an empty text" }),
      (cause: unknown) => ({ summary: "", reason: cause instanceof Error ? cause.message : String(cause) }),
    );
    signal?.throwIfAborted();
    if (outcome.summary === "")
      warnings.push(`Chunk ${chunk.index + 1} keeps its extracted summary: ${outcome.reason.replace(/\.$/, "")}.`);
    chunks.push(outcome.summary === "" ? chunk : { ...chunk, summary: outcome.summary });
  }
  return { chunks, warnings };
}
