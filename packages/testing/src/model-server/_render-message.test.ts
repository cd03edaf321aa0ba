import { noUsage } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderBlocks, renderMessageBody, renderStreamEvents } from "./_render-message.ts";

const content = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("text" as const), text: fc.string({ unit: "binary", maxLength: 400 }) }),
    fc.record({
      type: fc.constant("tool_use" as const),
      name: fc.constant("Write"),
      input: fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { noNullPrototype: true }),
    }),
  ),
  { maxLength: 4 },
);

test("the joined deltas of a stream are the content of the whole answer", () => {
  fc.assert(
    fc.property(content, (blocks) => {
      const message = {
        id: "msg_000001",
        model: "m",
        blocks: renderBlocks(blocks, 1),
        stopReason: "end_turn" as const,
        usage: { ...noUsage, inputTokens: 5, outputTokens: 7 },
      };
      const whole = JSON.parse(renderMessageBody(message)) as { content: object[] };
      expect(joinStream(renderStreamEvents(message).map((event) => event.text))).toEqual(whole.content);
    }),
  );
});

interface Event {
  type: string;
  index: number;
  content_block: { type: string; text?: string; input?: unknown };
  delta: { text?: string; partial_json?: string };
}

function joinStream(texts: string[]): object[] {
  const blocks: { type: string; text?: string; input?: unknown }[] = [];
  let json = "";
  for (const text of texts) {
    // As over the wire: bytes, not characters.
    const event = JSON.parse(Buffer.from(text).toString("utf8").split("data: ")[1] ?? "") as Event;
    const block = blocks[event.index];
    if (event.type === "content_block_start") {
      blocks.push({ ...event.content_block });
      json = "";
    } else if (event.type === "content_block_delta" && block) {
      if (event.delta.text !== undefined) block.text += event.delta.text;
      json += event.delta.partial_json ?? "";
    } else if (event.type === "content_block_stop" && block?.type === "tool_use") {
      block.input = JSON.parse(json);
    }
  }
  return blocks;
}
