import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateRange } from "../tokens/estimate-tokens.ts";
import { chunkSpec } from "./chunk-spec.ts";

const part = fc.constantFrom(
  "# One\n\n",
  "## Two\n\n",
  "A sentence of some words that goes on and on.\n",
  "- item with words\r\n",
  "words without an end ",
  "漢字😀😀😀",
  "\ud83d",
  "x".repeat(200),
  "\n",
);
const document = fc.array(part, { minLength: 5, maxLength: 80 }).map((parts) => parts.join(""));
const tokensOf = (text: string): number => estimateRange(text, { start: 0, end: text.length });
const isPair = (before: number, after: number): boolean => (before & 0xfc00) === 0xd800 && (after & 0xfc00) === 0xdc00;

test.each([
  ["the estimate", undefined],
  ["a caller's counter", (text: string): number => Math.ceil(text.length / 3)],
])(
  "overlap by %s stands before its chunk, within its budget, on no half of a pair, and changes no chunk",
  (_, countTokens) => {
    const window = fc.integer({ min: 20, max: 300 });
    fc.assert(
      fc.property(document, window, fc.integer({ min: 1, max: 60 }), (text, windowTokens, overlapTokens) => {
        const counter = countTokens ? { countTokens } : {};
        const plain = chunkSpec(text, { windowTokens, ...counter });
        const { chunks } = chunkSpec(text, { windowTokens, overlapTokens, ...counter });
        expect(chunks.map((chunk) => chunk.text).join("")).toBe(text);
        expect(chunks.map(({ overlap: _overlap, ...chunk }) => chunk)).toEqual(plain.chunks);
        expect(chunks[0]?.overlap).toBeUndefined();
        for (const { overlap = "", span } of chunks) {
          const from = span.start - overlap.length;
          expect(text.slice(from, span.start)).toBe(overlap);
          expect((countTokens ?? tokensOf)(overlap)).toBeLessThanOrEqual(overlapTokens);
          if (overlap !== "") expect(isPair(text.charCodeAt(from - 1), text.charCodeAt(from))).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  },
);

test("overlap is whole lines where they fit, the last words of a long line, and all the room there is", () => {
  const lines = `# A\n\n${"This is one line of the first section.\n".repeat(40)}\n# B\n\n${"Another line is here.\n".repeat(60)}`;
  const [, second] = chunkSpec(lines, { windowTokens: 800, overlapTokens: 40 }).chunks;
  expect(second?.overlap).toMatch(/^(?:This is one line of the first section\.\n){2,}\n$/);
  const longer = `${"This is one line of the first section.\n"}${second?.overlap ?? ""}`;
  expect(tokensOf(longer)).toBeGreaterThan(40);

  const paragraph = `# A\n\n${"many words of one paragraph ".repeat(100)}\n\n# B\n\n${"Another line is here.\n".repeat(60)}`;
  const [, next] = chunkSpec(paragraph, { windowTokens: 900, overlapTokens: 30 }).chunks;
  expect(next?.overlap?.trim().split(/\s+/)[0]).toMatch(/^(?:many|words|of|one|paragraph)$/);
  expect(tokensOf(next?.overlap ?? "")).toBeGreaterThan(20);
});
