import { type Plan, readPromptSection } from "@ccb/core";
import type { ContentBlock, Conversation, ScriptRule } from "@ccb/testing";
import { bash } from "./orders-product.ts";

/** A part of a product that is nothing but text files: its name, what it needs first, and the command that makes it. */
export interface Part {
  id: string;
  dependsOn?: string[];
  /** Default: writes `<id>.txt`. */
  command?: string;
}

/** A specification with one requirement for each part. */
export function renderPartsSpecification(parts: readonly Part[]): string {
  const rows = parts.map(({ id }, index) => `- FR-${index + 1}: The product must contain the part ${id}.`);
  return `# Parts\n\nA product made of parts.\n\n## Requirements\n\n${rows.join("\n")}\n`;
}

/** What every answer is billed with. */
const usage = { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 3_000, cacheWrite5mTokens: 200 };

/** Told of every request of a session before it is answered; may answer it in place of the script. */
export type OnSession = (part: string, conversation: Conversation) => Promise<ContentBlock[] | undefined>;

/** Rules that plan the parts in one phase, accept each by its file, and have each session make it, remember it and look at git. */
export function scriptParts(parts: readonly Part[], onSession?: OnSession): ScriptRule[] {
  const agent = (
    when: string,
    answer: (conversation: Conversation) => ContentBlock[] | Promise<ContentBlock[]>,
  ): ScriptRule => ({ when, reply: async (conversation) => ({ content: await answer(conversation), usage }) });
  return [
    agent("spec-analyzer", () => json(analysis)),
    agent("task-generator", (conversation) => json(planFor(parts, conversation))),
    agent("acceptance-generator", (conversation) => json(criteriaFor(parts, conversation))),
    agent("instruction-builder", () => json({ conventions: [], architecture: [], pitfalls: [], commands: [] })),
    agent("documentation-agent", () => text("# Parts\n\nIt has parts.\n\n```mermaid\nflowchart LR\n  a --> b\n```\n")),
    agent("builder", async (conversation) => {
      const task = JSON.parse(readPromptSection(conversation.firstUserText, "task")?.content ?? "{}") as { id: string };
      return (await onSession?.(task.id, conversation)) ?? playPart(parts, task.id, conversation);
    }),
    { when: ({ agent: name }) => name === undefined, reply: { content: text("ok"), usage } },
  ];
}

/** One turn with everything a session has to do, one that ends it. */
function playPart(parts: readonly Part[], id: string, conversation: Conversation): ContentBlock[] {
  if (conversation.toolUses.length > 0) return text(`The part ${id} is there.`);
  const entities = [{ name: `${id} ${Date.now()}`, entityType: "part", observations: ["written"] }];
  return [
    bash(parts.find((part) => part.id === id)?.command ?? `echo "I am ${id}" > ${id}.txt`),
    { type: "tool_use", name: "mcp__memory__create_entities", input: { entities } },
    { type: "tool_use", name: "mcp__git__git_status", input: { path: "./" } },
  ];
}

function text(said: string): ContentBlock[] {
  return [{ type: "text", text: said }];
}

function json(value: unknown): ContentBlock[] {
  return text(JSON.stringify(value));
}

const analysis = {
  projectName: "Parts",
  projectType: "text files",
  summary: "A product made of parts.",
  complexity: "simple",
  complexityScore: 1,
  complexityReasons: [],
  technologies: ["Markdown"],
  components: [],
  risks: [],
  openQuestions: [],
  estimatedHours: 1,
};

function requirementsOf(conversation: Conversation): { id: string; text: string }[] {
  const section = readPromptSection(conversation.firstUserText, "requirements");
  return (section?.content ?? "")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; text: string });
}

const names = (requirement: { text: string }, { id }: Part) => requirement.text.includes(`part ${id}.`);

function planFor(parts: readonly Part[], conversation: Conversation): Plan {
  const requirements = requirementsOf(conversation);
  const tasks = parts.map((part) => ({
    id: part.id,
    name: `Write ${part.id}`,
    description: `Write the part ${part.id}.`,
    dependsOn: part.dependsOn ?? [],
    files: [`${part.id}.txt`],
    requirementIds: requirements.filter((one) => names(one, part)).map(({ id }) => id),
    size: "S" as const,
  }));
  const rest = requirements.filter((one) => !parts.some((part) => names(one, part)));
  return {
    phases: [{ id: "parts", name: "Parts", goal: "All parts are there.", tasks }],
    waivers: rest.map(({ id }) => ({ requirementId: id, reason: "Not a part." })),
  };
}

function criteriaFor(parts: readonly Part[], conversation: Conversation) {
  const criteria = requirementsOf(conversation).flatMap((requirement) => {
    const part = parts.find((one) => names(requirement, one));
    if (!part) return [];
    const path = `${part.id}.txt`;
    const about = {
      category: "functional",
      description: `The part ${part.id} is there`,
      steps: [`Look at ${path}`],
      expectedResult: "It exists",
      validationMethod: "file",
      testData: [],
    };
    const check = { kind: "file", path, expect: { exists: true } };
    return [{ id: `PART-${part.id.toUpperCase()}`, ...about, requirementIds: [requirement.id], check }];
  });
  return { criteria };
}
