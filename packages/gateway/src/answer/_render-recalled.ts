type Fields = Record<string, unknown>;

/** A kept message as the events of a stream (Messages API, "Streaming"): the client cannot tell it from one that comes for the first time. Pure. */
export function renderRecalledStream(message: Fields): string {
  const { content, usage, stop_reason = null, stop_sequence = null, ...head } = message;
  const blocks = Array.isArray(content) ? (content as Fields[]) : [];
  const start = { ...head, content: [], stop_reason: null, stop_sequence: null, usage };
  const events: Fields[] = [
    { type: "message_start", message: start },
    ...blocks.flatMap((block, index) => renderBlock(block, index)),
    { type: "message_delta", delta: { stop_reason, stop_sequence }, usage: usage ?? {} },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** Text, thinking and tool input arrive as deltas on an empty block; other kinds come whole in their start event. */
function renderBlock(block: Fields, index: number): Fields[] {
  const delta = (fields: Fields): Fields => ({ type: "content_block_delta", index, delta: fields });
  const start = (content_block: Fields): Fields => ({ type: "content_block_start", index, content_block });
  const stop: Fields = { type: "content_block_stop", index };
  switch (block.type) {
    case "text":
      return [start({ ...block, text: "" }), delta({ type: "text_delta", text: block.text }), stop];
    case "thinking":
      return [
        start({ ...block, thinking: "", signature: "" }),
        delta({ type: "thinking_delta", thinking: block.thinking }),
        delta({ type: "signature_delta", signature: block.signature }),
        stop,
      ];
    case "tool_use":
    case "server_tool_use":
      return [
        start({ ...block, input: {} }),
        delta({ type: "input_json_delta", partial_json: JSON.stringify(block.input ?? {}) }),
        stop,
      ];
    default:
      return [start(block), stop];
  }
}
