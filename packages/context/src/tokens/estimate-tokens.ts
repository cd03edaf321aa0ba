import type { Generation } from "./_character-weights.ts";

export type { Generation };

export interface EstimateOptions {
  /** Tokenizer generation of Claude; the newest when left out. */
  generation?: Generation;
}

/** Estimates how many tokens a text costs. One pass, no tables to load. */
export function estimateTokens(text: string, options: EstimateOptions = {}): number {
  return Math.ceil(estimateRange(text, { start: 0, end: text.length }, options.generation));
}

/** The estimate of a part of a text, not rounded; parts add up to at least the estimate of the whole. */
export function estimateRange(text: string, range: { start: number; end: number }, generation?: Generation): number {
  const scale = generation === undefined || generation === "claude-5" ? 1 : generation === "claude-4.7" ? 1 : 0.79;
  let tokens = 0;
  for (let i = range.start; i < range.end; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) tokens += code === 32 ? 0.15 : (code | 32) >= 97 && (code | 32) <= 122 ? 0.32 : 0.7;
    else tokens += code < 0x800 ? 0.8 : 1.4;
  }
  return tokens * scale;
}
