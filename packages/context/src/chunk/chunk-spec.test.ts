import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateTokens } from "../tokens/estimate-tokens.ts";
import { chunkSpec } from "./chunk-spec.ts";

const markdownLine = fc.constantFrom(
  "# One",
  "## Two",
  "### Three",
  "text that says something.",
  "- item",
  "  - nested item",
  "1. first",
  "```",
  "```js",
  "~~~",
  "| a | b |",
  "|---|---|",
  "| 1 | 2 |",
  "> quote",
  "<div>",
  "</div>",
  "---",
  "===",
  "",
  "",
  "    code",
  "\t- tab",
  "[a]: http://x",
  "\ud800",
  "漢字😀",
  "x".repeat(300),
);
const document = fc.oneof(
  fc
    .array(markdownLine, { maxLength: 80 })
    .chain((lines) => fc.constantFrom("\n", "\r\n").map((end) => lines.join(end))),
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
);

test("chunks joined are the input, whatever the input and the window", () => {
  fc.assert(
    fc.property(document, fc.integer({ min: 1, max: 400 }), (text, windowTokens) => {
      const result = chunkSpec(text, { windowTokens });
      expect(result.chunks.map((chunk) => chunk.text).join("")).toBe(text);
      for (const chunk of result.chunks) {
        expect(text.slice(chunk.span.start, chunk.span.end)).toBe(chunk.text);
        expect(chunk.span.startLine).toBe(text.slice(0, chunk.span.start).split("\n").length);
        if (windowTokens >= 30) expect(estimateTokens(chunk.text)).toBeLessThanOrEqual(result.budgetTokens);
      }
    }),
    { numRuns: 500 },
  );
});

test("with a caller's counter chunks join to the input and none is over the budget", () => {
  const countTokens = (text: string): number => Math.ceil(text.length / 2);
  fc.assert(
    fc.property(document, fc.integer({ min: 4, max: 200 }), (text, windowTokens) => {
      const result = chunkSpec(text, { windowTokens, countTokens });
      expect(result.chunks.map((chunk) => chunk.text).join("")).toBe(text);
      for (const chunk of result.chunks) expect(countTokens(chunk.text)).toBeLessThanOrEqual(result.budgetTokens);
    }),
    { numRuns: 300 },
  );
});

test("a spec within 80 % of the window stays whole, a larger one is cut before headings", () => {
  const section = (name: string): string => `## ${name}\n\n${"Some words about it. ".repeat(30)}\n\n`;
  const text = `# Tracker\n\n${["A", "B", "C", "D"].map(section).join("")}`;
  expect(chunkSpec(text, { windowTokens: 100_000 }).strategy).toBe("single");
  const tokens = estimateTokens(text);
  const cut = chunkSpec(text, { windowTokens: Math.ceil(tokens / 0.9) });
  expect(cut.strategy).toBe("sections");
  expect(cut.chunks.length).toBe(2);
  expect(cut.chunks[1]?.text.startsWith("## ")).toBe(true);
  expect(cut.chunks[1]?.headingPath[0]).toBe("Tracker");
  expect(cut.chunks[0]?.navigation.next).toContain("Tracker");
});
