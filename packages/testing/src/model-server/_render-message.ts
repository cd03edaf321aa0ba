import type { Usage } from "@ccb/core";
import type { ContentBlock, StopReason } from "./answer.ts";

/** An answer with everything decided: ids, stop reason, usage, and the exact JSON text of each tool input. */
export interface RenderedMessage {
  id: string;
  model: string;
  blocks: RenderedBlock[];
  stopReason: StopReason;
  usage: Usage;
}

export type RenderedBlock =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; inputJson: string };

/** One event of a stream; `billed` is the usage that a client knows once it has read it. */
export interface StreamEvent {
  text: string;
  billed: Usage | undefined;
}

/** Characters of one delta at most: few events even for a large file. */
const maxDeltaChars = 32_768;

/** The blocks of an answer with their ids; `number` is that of the message. */
export function renderBlocks(content: readonly ContentBlock[], number: number): RenderedBlock[] {
  return content.map((block, index) =>
    block.type === "text"
      ? { type: "text", text: block.text }
      : {
          type: "tool_use",
          id: block.id ?? `toolu_${pad(number)}_${String(index + 1).padStart(2, "0")}`,
          name: block.name,
          inputJson: JSON.stringify(block.input),
        },
  );
}

/** A number as it stands in ids: `000001`. */
export function pad(number: number): string {
  return String(number).padStart(6, "0");
}

/** The body of an answer that is not streamed. A tool input that is not JSON (a fault) becomes `{}`. */
export function renderMessageBody(message: RenderedMessage): string {
  return JSON.stringify({
    ...renderHead(message),
    content: message.blocks.map((block) =>
      block.type === "text"
        ? block
        : { type: block.type, id: block.id, name: block.name, input: parseInput(block.inputJson) },
    ),
    stop_reason: message.stopReason,
    stop_sequence: null,
    usage: renderUsage(message.usage),
  });
}

/** The stream of an answer, in the order of the API: start, ping, each block, delta with the usage, stop. */
export function renderStreamEvents(message: RenderedMessage): StreamEvent[] {
  const startUsage: Usage = {
    ...message.usage,
    outputTokens: Math.min(1, message.usage.outputTokens),
    webSearchRequests: 0,
  };
  let billed: Usage | undefined;
  const events: StreamEvent[] = [];
  const push = (type: string, data: object) => {
    events.push({ text: `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`, billed });
  };
  billed = startUsage;
  push("message_start", {
    message: {
      ...renderHead(message),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: renderUsage(startUsage),
    },
  });
  push("ping", {});
  for (const [index, block] of message.blocks.entries()) {
    push("content_block_start", {
      index,
      content_block:
        block.type === "text"
          ? { type: "text", text: "" }
          : { type: "tool_use", id: block.id, name: block.name, input: {} },
    });
    for (const part of splitText(block.type === "text" ? block.text : block.inputJson)) {
      const delta =
        block.type === "text" ? { type: "text_delta", text: part } : { type: "input_json_delta", partial_json: part };
      push("content_block_delta", { index, delta });
    }
    push("content_block_stop", { index });
  }
  billed = message.usage;
  push("message_delta", {
    delta: { stop_reason: message.stopReason, stop_sequence: null },
    usage: renderDeltaUsage(message.usage),
  });
  push("message_stop", {});
  return events;
}

function renderHead(message: RenderedMessage) {
  return { id: message.id, type: "message", role: "assistant", model: message.model };
}

function renderUsage(usage: Usage) {
  return {
    ...renderDeltaUsage(usage),
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWrite5mTokens,
      ephemeral_1h_input_tokens: usage.cacheWrite1hTokens,
    },
    service_tier: "standard",
  };
}

/** The API leaves the split of the cache writes out of `message_delta`. */
function renderDeltaUsage(usage: Usage) {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens,
    ...(usage.webSearchRequests > 0 ? { server_tool_use: { web_search_requests: usage.webSearchRequests } } : {}),
  };
}

/** In three parts at least where the text is long enough, so that a client's joining is exercised; never inside a surrogate pair. */
function splitText(text: string): string[] {
  const size = Math.min(maxDeltaChars, Math.max(16, Math.ceil(text.length / 3)));
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + size);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end += 1;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

function parseInput(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
