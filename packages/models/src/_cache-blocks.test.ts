import { renderPromptSection } from "@ccb/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { renderPromptBlocks } from "./_cache-blocks.ts";

const text = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("\n", "</a>", "\n</a>\n", "<a>\n", '\n<b x="1">\n', "</b>", "word ".repeat(900)),
  ),
  { maxLength: 12 },
);
const section = fc.record({ name: fc.constantFrom("a", "b", "spec"), content: text.map((parts) => parts.join("")) });
const part = fc.oneof(
  text.map((parts) => parts.join("")),
  section.map(renderPromptSection),
);

it("cuts any prompt into blocks that joined are the prompt, none of them blank, at most two of them cached", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const prompt = parts.join("\n\n");
      const blocks = renderPromptBlocks(prompt);
      expect(blocks.map((block) => block.text).join("")).toBe(prompt);
      expect(blocks.filter((block) => block.cache_control).length).toBeLessThanOrEqual(2);
      if (blocks.length > 1) for (const block of blocks) expect(block.text.trim()).not.toBe("");
    }),
  );
});

it("copes with a megabyte of closing tags", () => {
  const hostile = `<spec>\n${"\n</x>".repeat(200_000)}\n</spec>\n<phase>\n{}\n</phase>\n`;
  expect(
    renderPromptBlocks(hostile)
      .map((block) => block.text)
      .join(""),
  ).toBe(hostile);
});
