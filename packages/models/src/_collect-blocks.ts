import type Anthropic from "@anthropic-ai/sdk";

/** The content of a streamed message, block by block, as it has to be sent back to go on with it. */
export interface BlockCollector {
  take(event: Anthropic.RawMessageStreamEvent): void;
  readonly blocks: readonly Anthropic.ContentBlock[];
}

/** Collects whole blocks: text with its citations, the input of server tools, results of server tools. A message that begins anew forgets the one before. */
export function createBlockCollector(): BlockCollector {
  let blocks: Anthropic.ContentBlock[] = [];
  const inputs = new Map<number, string>();
  const takeDelta = (index: number, delta: Anthropic.RawContentBlockDelta) => {
    const block = blocks[index];
    if (block === undefined) return;
    if (delta.type === "text_delta" && block.type === "text") block.text += delta.text;
    if (delta.type === "citations_delta" && block.type === "text")
      block.citations = [...(block.citations ?? []), delta.citation];
    if (delta.type === "input_json_delta") inputs.set(index, (inputs.get(index) ?? "") + delta.partial_json);
  };
  return {
    get blocks() {
      return blocks.filter((block) => block !== undefined);
    },
    take(event) {
      if (event.type === "message_start") {
        blocks = [];
        inputs.clear();
      } else if (event.type === "content_block_start") {
        blocks[event.index] = { ...event.content_block };
      } else if (event.type === "content_block_delta") {
        takeDelta(event.index, event.delta);
      } else if (event.type === "content_block_stop") {
        const block = blocks[event.index];
        const json = inputs.get(event.index);
        if (json && block?.type === "server_tool_use") block.input = JSON.parse(json) as typeof block.input;
      }
    },
  };
}
