import { type Model, type ModelRequest, noUsage } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateTokens } from "../tokens/estimate-tokens.ts";
import { chunkSpec } from "./chunk-spec.ts";
import { chunkSpecStream } from "./chunk-spec-stream.ts";
import { createModelSummarizer } from "./create-model-summarizer.ts";
import { summarizeChunks } from "./summarize-chunks.ts";

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

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

async function* inParts(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

test("a stream's chunks join to the text, with its lines and heading paths", async () => {
  const section = (number: number): string =>
    `## Section ${number}\n\n${"Words that say something. ".repeat(60)}\n\n\`\`\`\ncode\n\n---\n\`\`\`\n\n`;
  const text = `# Long\n\n${Array.from({ length: 1800 }, (_, index) => section(index)).join("")}`;
  const chunks = await collect(chunkSpecStream({ source: inParts(text, 70_001), windowTokens: 3000 }));
  expect(chunks.map((chunk) => chunk.text).join("")).toBe(text);
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.index).toBe(index);
    expect(text.slice(chunk.span.start, chunk.span.end)).toBe(chunk.text);
    expect(chunk.tokens).toBeLessThanOrEqual(2100);
    if (index > 0) expect(chunk.text).toMatch(/^## Section \d+\n/);
    if (index > 0) expect(chunk.headingPath).toEqual(["Long", chunk.text.slice(3, chunk.text.indexOf("\n"))]);
  }
  const last = chunks.at(-1);
  expect(last?.span.endLine).toBe(text.split("\n").length - 1);
});

test("a stream of bytes that splits characters, with a block larger than the budget, loses nothing", async () => {
  const text = `\ufeff# T\n\n\`\`\`\n${"ünïcode 漢字 😀 line\n".repeat(90_000)}\`\`\`\n\nend`;
  const bytes = Buffer.from(text);
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 65_537) yield bytes.subarray(at, at + 65_537);
  }
  const chunks = await collect(chunkSpecStream({ source: source(), windowTokens: 2000 }));
  expect(chunks.map((chunk) => chunk.text).join("")).toBe(text);
});

test("blocks that fit are never cut and headings never end a chunk", () => {
  const blocks = [
    `\`\`\`js\n${"let a = 1;\n\n".repeat(12)}\`\`\``,
    `| a | b |\n|---|---|\n${"| cell | another |\n".repeat(12)}`,
    `<table>\n${"<tr><td>x</td></tr>\n".repeat(10)}</table>`,
    `- item\n\n  more of the item ${"word ".repeat(40)}\n\n      code in it`,
  ];
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 5, maxLength: 40 }), (picks) => {
      const parts = picks.map((pick, index) =>
        pick < 4 ? blocks[pick] : pick === 4 ? `## Heading ${index}` : "Some text here. ".repeat(20),
      );
      const { chunks } = chunkSpec(parts.join("\n\n"), { windowTokens: 700 });
      for (const chunk of chunks) {
        for (const part of parts)
          if (part && part.length > 30 && chunk.text.includes(part.slice(0, 25)))
            expect(parts.some((whole) => whole && chunk.text.includes(whole))).toBe(true);
        expect((chunk.text.match(/^```/gm) ?? []).length % 2).toBe(0);
        if (chunk.index < chunks.length - 1) expect(chunk.text.trimEnd().split("\n").at(-1)).not.toMatch(/^## /);
      }
    }),
    { numRuns: 100 },
  );
});

test("a model of the core's port is asked once for each chunk, under its scope, with the headings it begins under", async () => {
  const { chunks } = chunkSpec(`# Shop\n\n## Cart\n\n${"The cart holds goods. ".repeat(60)}`, { windowTokens: 300 });
  const seen: ModelRequest<unknown>[] = [];
  const model: Model = {
    id: "m",
    info: undefined,
    generate: async <T>(request: ModelRequest<T>) => {
      seen.push(request as ModelRequest<unknown>);
      return { value: ` Summary ${seen.length}. ` as T, usage: noUsage, model: "m", calls: 1 };
    },
  };
  const scope = { build: "b", phase: undefined, task: undefined, agent: "summarizer" };
  const { signal } = new AbortController();
  const summarize = createModelSummarizer({ model, scope, maxWords: 20 });
  const result = await summarizeChunks({ chunks, signal, summarize });
  expect(result.chunks.map(({ summary }) => summary)).toEqual(chunks.map((_, index) => `Summary ${index + 1}.`));
  expect(seen.map(({ prompt }, index) => prompt.includes(chunks[index]?.text ?? "?"))).toEqual(chunks.map(() => true));
  expect(seen.at(-1)).toMatchObject({
    scope,
    signal,
    prompt: expect.stringMatching(/begins under: Shop > Cart.*at most 20 words/s),
  });
});

test("summaries come from the model where it answers, else from the text", async () => {
  const text = `# A\n\nFirst things. More.\n\n# B\n\n${"Second things are here. ".repeat(80)}`;
  const { chunks } = chunkSpec(text, { windowTokens: 300 });
  expect(chunks[0]?.summary).toContain("A");
  const result = await summarizeChunks({
    chunks,
    summarize: async ({ text: part }) => {
      if (part.includes("First")) return "the model's words";
      throw new Error("overloaded");
    },
  });
  expect(result.chunks[0]?.summary).toBe("the model's words");
  expect(result.warnings).toHaveLength(chunks.length - 1);
  expect(result.warnings[0]).toContain("overloaded");
  expect(result.chunks[1]?.summary).toBe(chunks[1]?.summary);
});
