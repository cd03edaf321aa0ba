import fc from "fast-check";
import { expect, test } from "vitest";
import { streamEvents } from "../_testing/start-upstream.ts";
import { createMessageAssembler } from "./_assemble-message.ts";

const delta = (event: string) => `event: content_block_delta\ndata: ${event}\n\n`;
const [start = "", open = "", , ...rest] = streamEvents({ text: "x" });

/** The content of an answer whose deltas are these events. */
function contentOf(events: string[]): unknown {
  const { answer, push } = createMessageAssembler();
  push(Buffer.from([start, open, ...events, ...rest].join("")));
  expect(answer.isComplete).toBe(true);
  return answer.message?.content;
}

test("any text comes out as it went in, in the form Anthropic writes and in any other", () => {
  const tricky = fc.constantFrom(
    'a"}}b',
    "c\\n\\",
    "d\ne",
    "\u0007",
    "}",
    ',"delta":{"type":"text_delta","text":"',
    "\ud800",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "grapheme" }), tricky), { minLength: 1 }), (said) => {
      const usual = said.map((text) =>
        delta(JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
      );
      const other = said.map((text) =>
        delta(JSON.stringify({ delta: { text, type: "text_delta" }, index: 0, type: "content_block_delta" })),
      );
      const content = [{ type: "text", text: said.join("") }];
      expect(contentOf(usual)).toEqual(content);
      expect(contentOf(other)).toEqual(content);
    }),
  );
});

test("what is no JSON, or belongs to a block that cannot be, is left out", () => {
  const head = '{"type":"content_block_delta","index":';
  const broken = [
    delta(`${head}0,"delta":{"type":"text_delta","text":"a\tb"}}`),
    delta(`${head}99999,"delta":{"type":"text_delta","text":"nowhere"}}`),
    delta(`${head}-1,"delta":{"type":"text_delta","text":"nowhere"}}`),
    delta(`${head}01,"delta":{"type":"text_delta","text":"nowhere"}}`),
    delta(`${head}0,"delta":{"type":"text_delta","text":"kept"}}`),
  ];
  expect(contentOf(broken)).toEqual([{ type: "text", text: "kept" }]);
});

test("a long chunk is read in time that grows with its length", () => {
  const chunkOf = (words: number) => Buffer.from(streamEvents({ text: "word ".repeat(words) }).join(""));
  const timeOf = (bytes: Buffer): number => {
    const startedMs = performance.now();
    createMessageAssembler().push(bytes);
    return performance.now() - startedMs;
  };
  const [short, long] = [chunkOf(500), chunkOf(50_000)];
  const least = (bytes: Buffer) => Math.min(...Array.from({ length: 5 }, () => timeOf(bytes)));
  least(short);
  // A hundred times as long: in proportion a hundred times the time, by the square ten thousand.
  expect(least(long)).toBeLessThan(least(short) * 1_500);
});
