import { type Analysis, analysisSchema, defineAgent, type Requirement } from "@ccb/core";
import { joinPrompt, renderList, renderRequirements, renderSpecification, renderSystem } from "../_prompt-parts.ts";

export interface SpecAnalyzerInput {
  /** A piece of the specification; `index` counts from 0. */
  chunk: { text: string; index: number; total: number };
  /** The requirements found in this piece. */
  requirements: readonly Requirement[];
  projectName: string;
}

const system = renderSystem("spec-analyzer", [
  "You read a product specification the way an experienced architect does before anybody plans: what is it, which parts does it need, " +
    "what can go wrong, what does it leave open. You answer with one JSON document.",
  `Rules:\n${renderList([
    "Take everything from the specification. Name a technology only if the specification names it or clearly implies it.",
    "projectName: the name the specification gives the product; the name you are given only if it has none.",
    "complexity: simple (a few screens or endpoints), moderate (several entities with rules), complex (several services, " +
      "real-time, integrations), critical (money, health or safety at stake). complexityScore 0 to 100 must agree with it: " +
      "simple to 25, moderate to 50, complex to 75, critical above. complexityReasons: one sentence each.",
    "components: the parts that will be built, each with its one purpose.",
    "risks: what could make the project fail or be wrong, with what to do about it. No generalities such as “scope creep”.",
    "openQuestions: what somebody has to decide because the specification is silent or contradicts itself. Do not answer them.",
    "estimatedHours: working hours of one experienced developer without assistance, for the whole of what you are shown.",
  ])}`,
]);

/** Finds out what a specification (or one piece of it) is about. Several pieces: {@link mergeAnalyses}. */
export const specAnalyzer = defineAgent<SpecAnalyzerInput, Analysis>({
  name: "spec-analyzer",
  description: "Project type, complexity, components, risks, open questions and hours of a specification.",
  system,
  output: analysisSchema,
  maxOutputTokens: 8_000,
  prompt: ({ chunk, requirements, projectName }) =>
    joinPrompt([
      renderSpecification({ text: chunk.text, complete: chunk.total === 1, title: projectName }),
      renderRequirements(requirements),
      chunk.total === 1
        ? "Analyse this specification."
        : `Analyse this piece, number ${chunk.index + 1} of ${chunk.total}, of a longer specification; say nothing about what you cannot see.`,
    ]),
});
