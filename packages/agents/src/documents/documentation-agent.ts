import { type Agent, type Analysis, defineAgent, type Plan, renderPromptSection } from "@ccb/core";
import {
  joinPrompt,
  renderJsonSection,
  renderList,
  renderPlan,
  renderSpecification,
  renderSystem,
  type SpecificationPart,
} from "../_prompt-parts.ts";
import { type DocumentKind, documentContents, documentKinds } from "./document-kinds.ts";

/** How one criterion came out; `passed` is undefined where CCB did not check it. */
export interface CriterionResult {
  id: string;
  description: string;
  passed: boolean | undefined;
  summary?: string;
}

export interface DocumentationInput {
  kind: DocumentKind;
  project: { name: string; title?: string };
  analysis: Analysis;
  plan: Plan;
  specification: SpecificationPart;
  /** Every file of the project; `size` in bytes. */
  files: readonly { path: string; size: number }[];
  /** The contents of the files that matter. */
  excerpts: readonly { path: string; content: string }[];
  /** How the acceptance criteria came out. */
  criteriaResults: readonly CriterionResult[];
}

const system = renderSystem("documentation-agent", [
  "You write the documentation of a product that has just been built, from its specification and its files. You answer with the Markdown of one document and nothing else.",
  `Rules:\n${renderList([
    "The files are the truth: document what is there, not what the specification hoped for. Where the two differ, say so plainly.",
    "Commands, paths, names, ports, fields and messages are copied from the files. What you cannot see in them you do not state.",
    "Begin with a heading of level 1. Plain sentences, no advertising, no emoji. Code in fenced blocks with their language.",
    "Links lead only to files that exist or to the other documents of the project.",
  ])}`,
]);

const agent = defineAgent<DocumentationInput>({
  name: "documentation-agent",
  description:
    "Writes one document of a generated project: readme, architecture, API, components, deployment, testing, guides.",
  system,
  maxOutputTokens: 16_000,
  check: (text, { kind }) => listDocumentProblems(unwrapMarkdown(text), kind),
  prompt: (input) => {
    const { kind, project, analysis, plan, specification, files, excerpts, criteriaResults } = input;
    return joinPrompt([
      renderSpecification(specification),
      renderJsonSection("analysis", analysis),
      renderPlan(plan),
      renderPromptSection({
        name: "project-files",
        content: files.map(({ path, size }) => `${path} (${size} bytes)`).join("\n"),
      }),
      ...excerpts.map(({ path, content }) => renderPromptSection({ name: "file", attributes: { path }, content })),
      renderJsonSection("acceptance-criteria", criteriaResults.map(nameResult)),
      renderPromptSection({
        name: "document",
        attributes: { kind },
        content: `The document ${documentKinds[kind]} of the project “${project.title ?? project.name}”. It holds:\n${renderList(documentContents[kind])}`,
      }),
    ]);
  },
});

/** Writes one document of a generated project as Markdown; a code fence around the whole answer is taken off. */
export const documentationAgent: Agent<DocumentationInput, string> = {
  ...agent,
  run: async (input, options) => {
    const result = await agent.run(input, options);
    return { ...result, value: unwrapMarkdown(result.value) };
  },
};

/** The text without a code fence around all of it, ending in one line break. */
function unwrapMarkdown(text: string): string {
  const trimmed = text.trim();
  const fence = /^(`{3,}|~{3,})(?:markdown|md)?[ \t]*\n/.exec(trimmed);
  const mark = fence?.[1];
  if (!fence || mark === undefined || !trimmed.endsWith(`\n${mark}`)) return `${trimmed}\n`;
  const inside = trimmed.slice(fence[0].length, -mark.length - 1);
  return countFences(inside) % 2 === 0 ? `${inside.trim()}\n` : `${trimmed}\n`;
}

function listDocumentProblems(text: string, kind: DocumentKind): string[] {
  const problems: string[] = [];
  if (!text.startsWith("# "))
    problems.push("The document does not begin with a heading of level 1 (“# …”); write no sentence before it.");
  if (countFences(text) % 2 !== 0) problems.push("A fenced code block is not closed.");
  if (kind === "architecture" && !/^```mermaid[ \t]*$/m.test(text)) {
    problems.push("The architecture document needs a diagram in a ```mermaid block.");
  }
  return problems;
}

function nameResult({ passed, ...criterion }: CriterionResult) {
  return { ...criterion, result: passed === undefined ? "not checked" : passed ? "passed" : "failed" };
}

function countFences(text: string): number {
  return [...text.matchAll(/^[ \t]{0,3}(?:`{3,}|~{3,})/gm)].length;
}
