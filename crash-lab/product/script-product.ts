import { readPromptSection } from "@ccb/core";
import type { Answer, ContentBlock, Conversation } from "@ccb/testing";
import { analysis, planProduct, renderModule, writeCriteria } from "./ledger-product.ts";

const usage = { inputTokens: 900, outputTokens: 120, cacheReadTokens: 400, cacheWrite5mTokens: 50 };

const guidance = {
  conventions: ["ES modules."],
  architecture: ["One module a file."],
  pitfalls: ["Imports need the file's ending."],
  commands: [],
};

/** What the model answers, from the request alone: the same request gets the same answer, whatever happened before. */
export function answerProduct(conversation: Conversation, nonce: string): Answer {
  return { content: contentFor(conversation, nonce), usage };
}

/** The task that a session's request belongs to; undefined for a planning call. */
export function readTaskId(conversation: Conversation): string | undefined {
  if (conversation.agent !== "builder") return undefined;
  const section = readPromptSection(conversation.firstUserText, "task")?.content;
  return section === undefined ? undefined : (JSON.parse(section) as { id: string }).id;
}

function contentFor(conversation: Conversation, nonce: string): ContentBlock[] {
  switch (conversation.agent) {
    case "spec-analyzer":
      return json(analysis);
    case "task-generator":
      return json(planProduct(readRequirements(conversation)));
    case "acceptance-generator":
      return json(writeCriteria(readRequirements(conversation)));
    case "instruction-builder":
      return json(guidance);
    case "documentation-agent":
      return [
        {
          type: "text",
          text: "# Small Ledger\n\nModules that know their names.\n\n```mermaid\nflowchart LR\n  a --> b\n```\n",
        },
      ];
    case "builder":
      return playTurn(conversation, nonce);
    default:
      return [{ type: "text", text: "ok" }];
  }
}

/**
 * A session of two turns: everything at once, then the closing words. A refusal (the memory already held what was to be remembered) is answered with another entity, as a
 * model would.
 */
function playTurn(conversation: Conversation, nonce: string): ContentBlock[] {
  const id = readTaskId(conversation) ?? "units";
  const stored = conversation.toolUses.some(({ name, isError }) => name.includes("create_entities") && !isError);
  const tries = conversation.toolUses.filter(({ name }) => name.includes("create_entities")).length;
  // A model gives up on a server that does not answer.
  if (tries >= 4) return [{ type: "text", text: `The module ${id} is written; the memory could not be used.` }];
  const refused =
    conversation.lastUserText.includes("The MCP policy is not met") && conversation.toolResults.length === 0;
  if (stored && !refused) return [{ type: "text", text: `The module ${id} is written.` }];
  const { path, content } = renderModule(id);
  return [
    {
      type: "tool_use",
      name: "Bash",
      input: { command: `mkdir -p src && cat > ${path} <<'EOF'\n${content}EOF`, description: "Write the module" },
    },
    {
      type: "tool_use",
      name: "mcp__memory__create_entities",
      input: {
        entities: [{ name: `task ${id} ${nonce}`, entityType: "module", observations: [`${path} is written`] }],
      },
    },
    { type: "tool_use", name: "mcp__git__git_status", input: { path: "./" } },
  ];
}

function readRequirements(conversation: Conversation): { id: string; text: string }[] {
  const section = readPromptSection(conversation.firstUserText, "requirements");
  return (section?.content ?? "")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: string; text: string });
}

function json(value: unknown): ContentBlock[] {
  return [{ type: "text", text: JSON.stringify(value) }];
}
