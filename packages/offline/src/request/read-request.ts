import { type Conversation, type MessagesRequest, readConversation } from "@ccb/testing";
import { asRecord, parseJson } from "../_json.ts";
import { readSections } from "./_sections.ts";
import { type Prompt, readPrompt } from "./read-prompt.ts";

/** Agents of CCB that the offline model knows by name. */
const knownAgents = [
  "spec-analyzer",
  "task-generator",
  "acceptance-generator",
  "instruction-builder",
  "documentation-agent",
  "test-generator",
] as const;
export type KnownAgent = (typeof knownAgents)[number];

/** Who asks, and what. */
export type OfflineRequest =
  | { kind: "agent"; agent: KnownAgent; prompt: Prompt; conversation: Conversation }
  | { kind: "session"; prompt: Prompt; conversation: Conversation }
  | { kind: "structured"; prompt: Prompt; conversation: Conversation; schema: Record<string, unknown> }
  | { kind: "text"; prompt: Prompt; conversation: Conversation };

/**
 * Finds out who asks: an agent of CCB (first line of its system prompt), a task session of Claude Code (the builder's line, and
 * tools), or anyone else, with or without a schema for the answer.
 */
export function readRequest(request: MessagesRequest): OfflineRequest {
  const conversation = readConversation(request);
  const prompt = readPrompt(firstPrompt(request));
  const known = knownAgents.find((name) => name === conversation.agent);
  if (known) return { kind: "agent", agent: known, prompt, conversation };
  if (isTaskSession(conversation, prompt)) return { kind: "session", prompt, conversation };
  const schema = conversation.schema ?? shownSchema(conversation);
  return schema ? { kind: "structured", prompt, conversation, schema } : { kind: "text", prompt, conversation };
}

/** A schema that the API could not bind stands in the system prompt instead. */
function shownSchema(conversation: Conversation): Record<string, unknown> | undefined {
  const shown = readSections(conversation.system).find(({ name }) => name === "answer-schema");
  const schema = asRecord(parseJson(shown?.content));
  return Object.keys(schema).length > 0 ? schema : undefined;
}

/**
 * The first question. A repair round repeats it after a wrong answer, so it is the same in every round. A client may send it in several blocks (for its
 * prompt cache), and Claude Code puts reminders before it.
 */
function firstPrompt(request: MessagesRequest): string {
  for (const { role, content } of request.messages) {
    if (role !== "user") continue;
    const blocks =
      typeof content === "string" ? [content] : content.flatMap((block) => (block.type === "text" ? [block.text] : []));
    const texts = blocks.filter((text) => !text.startsWith("<system-reminder>"));
    if (texts.length > 0) return texts.join("\n\n");
  }
  return "";
}

function isTaskSession(conversation: Conversation, prompt: Prompt): boolean {
  const hasTask = prompt.sections.some((section) => section.name === "task");
  return conversation.tools.length > 0 && (conversation.agent === "builder" || hasTask);
}
