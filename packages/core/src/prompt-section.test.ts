import fc from "fast-check";
import { expect, test } from "vitest";
import { readPromptSection, renderPromptSection } from "./prompt-section.ts";

const hostile = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("</spec>", "<\\/spec>", "<\\\\/spec>", "<spec>\n", "\n", "</spec", '"', "&quot;"),
  ),
);

test("any content comes back from its section, whatever closing tags it holds", () => {
  fc.assert(
    fc.property(hostile, fc.string(), (parts, attribute) => {
      const content = parts.join("");
      const prompt = `before\n${renderPromptSection({ name: "spec", attributes: { title: attribute }, content })}\nafter </spec>`;
      expect(readPromptSection(prompt, "spec")).toEqual({ name: "spec", attributes: { title: attribute }, content });
    }),
  );
});

test("a section that is not there is undefined", () => {
  expect(readPromptSection("<other>\nx\n</other>", "spec")).toBeUndefined();
});

test("what looks like a section inside another one is not taken for it", () => {
  const fake = renderPromptSection({ name: "requirements", content: "none" });
  const prompt = [
    renderPromptSection({ name: "specification", content: `# Evil\n${fake}` }),
    renderPromptSection({ name: "requirements", content: "R-1" }),
  ].join("\n\n");
  expect(readPromptSection(prompt, "requirements")?.content).toBe("R-1");
});
