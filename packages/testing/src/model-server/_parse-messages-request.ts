import type { MessagesRequest } from "./messages-request.ts";

export type ParsedRequest = { request: MessagesRequest } | { problem: string };

type JsonObject = Record<string, unknown>;

/** Reads a request body as the API does: the first thing that is wrong with it, in the API's own form, or the request. */
export function parseMessagesRequest(text: string, options: { needsMaxTokens: boolean }): ParsedRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return { problem: `The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isObject(body)) return { problem: "The request body must be a JSON object" };
  const problem = findFieldProblem(body, options.needsMaxTokens) ?? findMessageProblem(body.messages as unknown[]);
  if (problem) return { problem };
  return { request: body as unknown as MessagesRequest };
}

function findFieldProblem(body: JsonObject, needsMaxTokens: boolean): string | undefined {
  if (body.model === undefined) return "model: Field required";
  if (typeof body.model !== "string" || body.model === "") return "model: Input should be a non-empty string";
  if (needsMaxTokens && body.max_tokens === undefined) return "max_tokens: Field required";
  if (body.max_tokens !== undefined && (!Number.isInteger(body.max_tokens) || (body.max_tokens as number) < 1)) {
    return "max_tokens: Input should be an integer greater than or equal to 1";
  }
  if (body.messages === undefined) return "messages: Field required";
  if (!Array.isArray(body.messages)) return "messages: Input should be a valid list";
  if (body.messages.length === 0) return "messages: at least one message is required";
  if (body.system !== undefined && typeof body.system !== "string" && !Array.isArray(body.system)) {
    return "system: Input should be a string or a list of text blocks";
  }
  if (body.tools !== undefined && !isToolList(body.tools)) return "tools: Input should be a list of tools with names";
  return undefined;
}

function isToolList(tools: unknown): boolean {
  return Array.isArray(tools) && tools.every((tool) => isObject(tool) && typeof tool.name === "string");
}

/** Roles, contents, and the API's rule that each tool call is answered in the message that follows it. */
function findMessageProblem(messages: unknown[]): string | undefined {
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const at = `messages.${index}`;
    if (!isObject(message)) return `${at}: Input should be an object`;
    if (message.role !== "user" && message.role !== "assistant" && message.role !== "system") {
      return `${at}.role: Input should be 'user' or 'assistant'`;
    }
    const blocks = readBlocks(message.content);
    if (blocks === undefined) return `${at}.content: Input should be a string or a list of blocks with a type`;
    if (message.role === "system") continue;
    const answered = new Set(blocks.filter((block) => block.type === "tool_result").map((block) => block.tool_use_id));
    const missing = open.filter((id) => !answered.has(id));
    if (missing.length > 0) {
      return `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}`;
    }
    open =
      message.role === "assistant"
        ? blocks.filter((block) => block.type === "tool_use").map((block) => String(block.id))
        : [];
  }
  return undefined;
}

function readBlocks(content: unknown): JsonObject[] | undefined {
  if (typeof content === "string") return [];
  if (!Array.isArray(content)) return undefined;
  return content.every((block) => isObject(block) && typeof block.type === "string")
    ? (content as JsonObject[])
    : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
