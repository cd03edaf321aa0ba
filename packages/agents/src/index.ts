export type { SpecificationPart } from "./_prompt-parts.ts";
export { type DocumentKind, documentKinds } from "./documents/document-kinds.ts";
export { type DocumentationInput, documentationAgent } from "./documents/documentation-agent.ts";
export {
  type Guidance,
  type InstructionBuilderInput,
  instructionBuilder,
} from "./instructions/instruction-builder.ts";
export {
  type InstructionFile,
  type RenderInstructionsOptions,
  renderInstructions,
} from "./instructions/render-instructions.ts";
export {
  type RenderTaskPromptOptions,
  renderTaskPrompt,
  type TaskPrompt,
} from "./instructions/render-task-prompt.ts";
export { type AcceptanceGeneratorInput, acceptanceGenerator } from "./planning/acceptance-generator.ts";
export { mergeAnalyses } from "./planning/merge-analyses.ts";
export { mergePlans } from "./planning/merge-plans.ts";
export { type SpecAnalyzerInput, specAnalyzer } from "./planning/spec-analyzer.ts";
export { type TaskGeneratorInput, taskGenerator } from "./planning/task-generator.ts";
export { type GeneratedTests, type TestGeneratorInput, testGenerator } from "./testing/test-generator.ts";
