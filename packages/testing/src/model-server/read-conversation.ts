import type { MessagesRequest, RequestMessage, TextBlock, ToolResultBlock } from "./messages-request.ts";

/** A tool call of an earlier turn with what the tool gave back. */
export interface ToolExchange {
  id: string;
  name: string;
  input: Record<string, unknown>;
  /** The text of the result; undefined while there is none. */
  result: string | undefined;
  isError: boolean;
}

/** A request as someone who scripts a model wants to read it. */
export interface Conversation {
  request: MessagesRequest;
  /** The name in CCB's first line of a system prompt ("You are the <name> agent of CCB"); `builder` for a task session. */
  agent: string | undefined;
  /** The whole system prompt as text, with what Claude Code adds to it in messages of the role "system". */
  system: string;
  /** What the user said first; without the reminders that Claude Code adds. */
  firstUserText: string;
  /** What the user said last; without the reminders that Claude Code adds. */
  lastUserText: string;
  /** What the assistant said last. */
  lastAssistantText: string;
  /** Assistant turns so far. */
  turns: number;
  /** Every tool call so far, in order. */
  toolUses: ToolExchange[];
  /** The tool calls whose results came since the last assistant turn. */
  toolResults: ToolExchange[];
  /** The names of the tools that may be called. */
  tools: string[];
  hasTool(name: string): boolean;
  /** The JSON schema that the answer must satisfy, where there is one. */
  schema: Record<string, unknown> | undefined;
}

/** Reads what a scripted answer depends on out of a request. */
export function readConversation(request: MessagesRequest): Conversation {
  const system = readSystem(request);
  const results = readResults(request.messages);
  const assistants = request.messages.filter((message) => message.role === "assistant");
  const toolUses = assistants.flatMap((message) => readToolUses(message, results));
  const lastTurn = request.messages.findLastIndex((message) => message.role === "assistant");
  const answeredNow = new Set(readResults(request.messages.slice(lastTurn + 1)).keys());
  const userTexts = request.messages
    .filter((message) => message.role === "user")
    .map((message) => dropReminders(readText(message)))
    .filter((text) => text !== "");
  const lastAssistant = assistants.at(-1);
  const tools = (request.tools ?? []).map((tool) => tool.name);
  return {
    request,
    agent: readAgent(system),
    system,
    firstUserText: userTexts[0] ?? "",
    lastUserText: userTexts.at(-1) ?? "",
    lastAssistantText: lastAssistant ? readText(lastAssistant) : "",
    turns: assistants.length,
    toolUses,
    toolResults: toolUses.filter((use) => answeredNow.has(use.id)),
    tools,
    hasTool: (name) => tools.includes(name),
    schema: request.output_config?.format?.schema,
  };
}

function readSystem({ system, messages }: MessagesRequest): string {
  const prompt = typeof system === "string" ? [system] : (system ?? []).map((block) => block.text);
  return [...prompt, ...messages.filter((message) => message.role === "system").map(readText)].join("\n\n");
}

function readAgent(system: string): string | undefined {
  const named = /^You are the ([A-Za-z0-9_-]{1,64}) agent of CCB\b/m.exec(system)?.[1];
  return named ?? (/^You are the builder of CCB\b/m.test(system) ? "builder" : undefined);
}

function readText(message: RequestMessage): string {
  if (typeof message.content === "string") return message.content;
  return message.content
    .filter((block): block is TextBlock => block.type === "text")
    .map((block) => block.text)
    .join("\n");
}

function readResults(messages: readonly RequestMessage[]): Map<string, ToolResultBlock> {
  const results = new Map<string, ToolResultBlock>();
  for (const { content } of messages) {
    if (typeof content === "string") continue;
    for (const block of content) if (block.type === "tool_result") results.set(block.tool_use_id, block);
  }
  return results;
}

function readToolUses(message: RequestMessage, results: Map<string, ToolResultBlock>): ToolExchange[] {
  if (typeof message.content === "string") return [];
  return message.content.flatMap((block) => {
    if (block.type !== "tool_use") return [];
    const result = results.get(block.id);
    const { id, name, input } = block;
    return [{ id, name, input, result: result && readResultText(result), isError: result?.is_error === true }];
  });
}

function readResultText({ content }: ToolResultBlock): string {
  if (content === undefined || typeof content === "string") return content ?? "";
  return content.map((block) => block.text ?? "").join("\n");
}

/** Without `<system-reminder>` sections; one that is never closed is the user's own text. */
function dropReminders(text: string): string {
  const open = "<system-reminder>";
  const close = "</system-reminder>";
  let rest = text;
  let kept = "";
  for (let start = rest.indexOf(open); start >= 0; start = rest.indexOf(open)) {
    const end = rest.indexOf(close, start);
    if (end < 0) break;
    kept += rest.slice(0, start);
    rest = rest.slice(end + close.length);
  }
  return (kept + rest).trim();
}
