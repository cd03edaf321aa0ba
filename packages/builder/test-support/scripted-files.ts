import { type Check, type Plan, readPromptSection, type Task } from "@ccb/core";
import type { ContentBlock, Conversation, ScriptRule } from "@ccb/testing";
import { readRequirements } from "./scripted-product.ts";

/** A task of a product that is nothing but text files: what it writes, and what it waits for. */
export interface FileTask {
  id: string;
  dependsOn?: string[];
  /** Path and content of what the task writes. */
  writes: Record<string, string>;
  /** What the task says it will write; the paths of `writes` when omitted. */
  declares?: string[];
  /** How it is accepted; by its first file being there when omitted. */
  check?: Check;
}

/** A specification with one requirement for each task. */
export function renderFilesSpecification(tasks: readonly FileTask[]): string {
  const rows = tasks.map(({ id }, index) => `- FR-${index + 1}: The product must contain the part ${id}.`);
  return `# Parts\n\nA product made of parts.\n\n## Requirements\n\n${rows.join("\n")}\n`;
}

const usage = { inputTokens: 100, outputTokens: 50, cacheReadTokens: 0, cacheWrite5mTokens: 0 };

function json(value: unknown): ContentBlock[] {
  return [{ type: "text", text: JSON.stringify(value) }];
}

/** Told of every request of a session; may answer it in place of the script. */
export type OnSession = (task: string, conversation: Conversation) => Promise<ContentBlock[] | undefined>;

/** Rules that plan these tasks in one phase, accept each by looking at its files, and have each session write them. */
export function scriptFiles(
  tasks: readonly FileTask[],
  options: { onSession?: OnSession; technologies?: string[]; readme?: string } = {},
): ScriptRule[] {
  const agent = (
    when: string,
    answer: (conversation: Conversation) => ContentBlock[] | Promise<ContentBlock[]>,
  ): ScriptRule => ({
    when,
    reply: async (conversation) => ({ content: await answer(conversation), usage }),
  });
  return [
    agent("spec-analyzer", () =>
      json({
        projectName: "Parts",
        projectType: "text files",
        summary: "A product made of parts.",
        complexity: "simple",
        complexityScore: 1,
        complexityReasons: [],
        technologies: options.technologies ?? ["Markdown"],
        components: [],
        risks: [],
        openQuestions: [],
        estimatedHours: 1,
      }),
    ),
    agent("task-generator", (conversation) => json(planFor(tasks, conversation))),
    agent("acceptance-generator", (conversation) => json(criteriaFor(tasks, conversation))),
    agent("instruction-builder", () => json({ conventions: [], architecture: [], pitfalls: [], commands: [] })),
    agent("documentation-agent", ({ firstUserText }) => [
      {
        type: "text",
        text:
          options.readme !== undefined && firstUserText.includes("README")
            ? options.readme
            : "# Parts\n\nIt has parts.\n\n```mermaid\nflowchart LR\n  a --> b\n```\n",
      },
    ]),
    agent("builder", async (conversation) => {
      const task = JSON.parse(readPromptSection(conversation.firstUserText, "task")?.content ?? "{}") as Task;
      const told = await options.onSession?.(task.id, conversation);
      return told ?? playFiles(tasks.find(({ id }) => id === task.id)?.writes ?? {}, conversation, task.id);
    }),
    {
      when: (conversation) => conversation.agent === undefined,
      reply: { content: [{ type: "text", text: "ok" }], usage },
    },
  ];
}

/** One turn with everything a session has to do, one that ends it. */
export function playFiles(writes: Record<string, string>, conversation: Conversation, task: string): ContentBlock[] {
  if (conversation.toolUses.length > 0) return [{ type: "text", text: `Wrote ${Object.keys(writes).join(", ")}.` }];
  const command = Object.entries(writes)
    .map(([path, content]) => `mkdir -p "$(dirname '${path}')" && cat > '${path}' <<'EOF'\n${content}\nEOF`)
    .join("\n");
  const entities = [
    {
      name: `task ${task}: ${Object.keys(writes).join(" ")} ${Date.now()}`,
      entityType: "part",
      observations: ["written"],
    },
  ];
  return [
    { type: "tool_use", name: "Bash", input: { command, description: "Write the part" } },
    { type: "tool_use", name: "mcp__memory__create_entities", input: { entities } },
    { type: "tool_use", name: "mcp__git__git_status", input: { path: "./" } },
  ];
}

function planFor(tasks: readonly FileTask[], conversation: Conversation): Plan {
  const requirements = readRequirements(conversation);
  const known = tasks.filter((task) => requirements.some(({ text }) => text.includes(`part ${task.id}.`)));
  const idsOf = (id: string) => requirements.flatMap((one) => (one.text.includes(`part ${id}.`) ? [one.id] : []));
  const rest = requirements.filter(({ text }) => !tasks.some(({ id }) => text.includes(`part ${id}.`)));
  return {
    phases: [
      {
        id: conversation.firstUserText.includes("<earlier-phases") ? "more-parts" : "parts",
        name: "Parts",
        goal: "All parts are there.",
        tasks: known.map(({ id, dependsOn = [], writes, declares }) => ({
          id,
          name: `Write ${id}`,
          description: `Write the part ${id}.`,
          dependsOn,
          files: declares ?? Object.keys(writes),
          requirementIds: idsOf(id),
          size: "S" as const,
        })),
      },
    ],
    waivers: rest.map(({ id }) => ({ requirementId: id, reason: "Not a part." })),
  };
}

function criteriaFor(tasks: readonly FileTask[], conversation: Conversation) {
  return {
    criteria: readRequirements(conversation).flatMap(({ id, text }) => {
      const task = tasks.find((candidate) => text.includes(`part ${candidate.id}.`));
      const path = Object.keys(task?.writes ?? {})[0];
      if (!task || path === undefined) return [];
      return [
        {
          id: `PART-${task.id.toUpperCase()}`,
          category: "functional",
          description: `The part ${task.id} is there`,
          steps: [`Look at ${path}`],
          expectedResult: "It exists",
          validationMethod: "file",
          testData: [],
          requirementIds: [id],
          check: task.check ?? { kind: "file", path, expect: { exists: true } },
        },
      ];
    }),
  };
}
