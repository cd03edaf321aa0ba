import type { Clock, ToolUse } from "@ccb/core";

const maxResponseBytes = 8 * 1024;

/** The MCP server of a tool's name on the wire (`mcp__<server>__<tool>`), or undefined for a tool of Claude Code itself. */
export function parseMcpServer(toolName: string): string | undefined {
  return /^mcp__(.+?)__/.exec(toolName)?.[1];
}

/** A hook's report of one ended call as a {@link ToolUse}. */
export function renderToolUse(call: {
  id: string;
  name: string;
  server: string | undefined;
  input: unknown;
  succeeded: boolean;
  response: unknown;
  durationMs: number | undefined;
  clock: Clock;
}): ToolUse {
  return {
    id: call.id,
    name: call.name,
    server: call.server ?? parseMcpServer(call.name),
    input: call.input,
    succeeded: call.succeeded && !isErrorResponse(call.response),
    response: cutText(renderResponse(call.response)),
    durationMs: Math.round(call.durationMs ?? 0),
    endedAt: call.clock.now().toISOString(),
  };
}

function isErrorResponse(response: unknown): boolean {
  return typeof response === "object" && response !== null && "isError" in response && response.isError === true;
}

/** MCP content blocks as their text, everything else as JSON. */
function renderResponse(response: unknown): string {
  if (typeof response === "string") return response;
  if (response === undefined || response === null) return "";
  const blocks = Array.isArray(response)
    ? response
    : typeof response === "object" && "content" in response && Array.isArray(response.content)
      ? response.content
      : undefined;
  const texts = blocks?.map((block: unknown) =>
    typeof block === "object" && block !== null && "text" in block && typeof block.text === "string"
      ? block.text
      : undefined,
  );
  if (texts !== undefined && texts.length > 0 && texts.every((text) => text !== undefined)) return texts.join("\n");
  return JSON.stringify(response);
}

/** At most 8 KiB of UTF-8, never cut inside a character. */
function cutText(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= maxResponseBytes) return text;
  let end = maxResponseBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
