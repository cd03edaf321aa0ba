export {
  type AssembledContext,
  type AssembleOptions,
  assembleContext,
  type ContextPart,
} from "./assemble/assemble-context.ts";
export { type OverflowOptions, type OverflowResult, runWithinContext } from "./assemble/run-within-context.ts";
export { type Chunk, type ChunkOptions, type ChunkResult, type ChunkStrategy, chunkSpec } from "./chunk/chunk-spec.ts";
export { type ChunkStreamOptions, chunkSpecStream, type StreamedChunk } from "./chunk/chunk-spec-stream.ts";
export { type LoadedSpec, type LoadSpecOptions, loadSpec } from "./load/load-spec.ts";
export { type Block, type BlockKind, parseBlocks } from "./parse/parse-blocks.ts";
export { type Outline, parseOutline, type Section, type SectionReference } from "./parse/parse-outline.ts";
export { extractRequirements } from "./requirements/extract-requirements.ts";
export { type ChangedRequirement, diffSpecs, type RequirementPair, type SpecDiff } from "./review/diff-specs.ts";
export { type LintFinding, type LintOptions, type LintRule, lintSpec } from "./review/lint-spec.ts";
export { createTokenCounter, type TokenCounter } from "./tokens/create-token-counter.ts";
export { type EstimateOptions, estimateTokens, type Generation } from "./tokens/estimate-tokens.ts";
