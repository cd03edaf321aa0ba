import { readPromptSection } from "@ccb/core";
import { expect, it } from "vitest";
import { analysis, createRecitingModel, requirements, specificationText } from "../_test-inputs.ts";
import { specAnalyzer } from "./spec-analyzer.ts";

const input = { chunk: { text: specificationText, index: 0, total: 1 }, requirements, projectName: "Shelf" };

it("shows the specification and one requirement a line, and gives the analysis", async () => {
  const { model, seen } = createRecitingModel(analysis);
  const { value } = await specAnalyzer.run(input, { model, scope: { build: "b1" } });
  expect(value).toEqual(analysis);
  expect(seen[0]?.scope).toMatchObject({ build: "b1", agent: "spec-analyzer" });
  expect(seen[0]?.system.split("\n")[0]).toBe("You are the spec-analyzer agent of CCB (Claude Code Builder).");
  const prompt = seen[0]?.prompt ?? "";
  expect(readPromptSection(prompt, "specification")).toMatchObject({
    content: specificationText,
    attributes: { complete: "true", title: "Shelf" },
  });
  const lines = readPromptSection(prompt, "requirements")?.content.split("\n") ?? [];
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      id: "R-1",
      kind: "functional",
      priority: "must",
      text: "The service must keep books.",
      lines: [5, 5],
      span: [specificationText.indexOf("The service must keep"), expect.any(Number)],
      section: "Book Shelf > Books",
    },
    expect.objectContaining({ id: "R-2" }),
  ]);
});

it("says which piece of a longer specification it shows", () => {
  const prompt = specAnalyzer.prompt({ ...input, chunk: { text: "part", index: 1, total: 3 } });
  expect(readPromptSection(prompt, "specification")?.attributes.complete).toBe("false");
  expect(prompt).toContain("number 2 of 3");
});
