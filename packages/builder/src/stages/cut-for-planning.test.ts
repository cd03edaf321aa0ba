import { estimateTokens, extractRequirements } from "@ccb/context";
import { expect, test } from "vitest";
import { cutForPlanning } from "./_cut-for-planning.ts";

function writeSpec(sections: number, perSection: number): string {
  const lines = (section: number) =>
    Array.from({ length: perSection }, (_, at) => {
      const number = section * perSection + at + 1;
      return `- FR-${number}: The system must keep record ${number} of the ledger for ${number} days.`;
    });
  return `# Ledger\n\n${Array.from({ length: sections }, (_, at) => `## Part ${at + 1}\n\n${lines(at).join("\n")}\n`).join("\n")}`;
}

function cut(text: string, windowTokens: number) {
  const requirements = extractRequirements(text);
  const chunks = cutForPlanning(text, { windowTokens, requirements });
  let start = 0;
  const counts = chunks.map((chunk) => {
    const end = start + chunk.text.length;
    const inside = requirements.filter(({ span }) => span.start >= start && span.start < end).length;
    start = end;
    return inside;
  });
  return { chunks, counts, requirements };
}

test("an ordinary specification is one piece", () => {
  const text = writeSpec(10, 20);
  expect(cut(text, 1_000_000).chunks).toEqual([{ text, index: 0, total: 1 }]);
});

test("thousands of requirements that would fit the window are cut so that a plan can answer for each piece", () => {
  const text = writeSpec(60, 50);
  const { chunks, counts, requirements } = cut(text, 1_000_000);
  expect(requirements).toHaveLength(3000);
  expect(chunks.map((chunk) => chunk.text).join("")).toBe(text);
  expect(Math.max(...counts)).toBeLessThanOrEqual(400);
  expect(chunks.length).toBeLessThan(16);
  expect(chunks.map(({ index, total }) => [index, total])).toEqual(chunks.map((_, at) => [at, chunks.length]));
});

test("requirements that crowd one section are cut apart too", () => {
  const text = `${writeSpec(1, 1000)}\n## Rest\n\n${"Prose that asks for nothing in particular. ".repeat(3000)}\n`;
  const { chunks, counts } = cut(text, 1_000_000);
  expect(chunks.map((chunk) => chunk.text).join("")).toBe(text);
  expect(Math.max(...counts)).toBeLessThanOrEqual(400);
});

test("a piece leaves room in the window for what is said about it and for the answer", () => {
  const text = `# Notes\n\n${Array.from({ length: 400 }, (_, at) => `## Note ${at}\n\n${"It is a long story. ".repeat(60)}\n`).join("\n")}`;
  const { chunks } = cut(text, 200_000);
  expect(chunks.length).toBeGreaterThan(1);
  for (const chunk of chunks) expect(estimateTokens(chunk.text)).toBeLessThanOrEqual(90_000);
});
