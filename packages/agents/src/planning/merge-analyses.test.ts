import { expect, it } from "vitest";
import { analysis } from "../_test-inputs.ts";
import { mergeAnalyses } from "./merge-analyses.ts";

it("keeps a single analysis as it is", () => {
  expect(mergeAnalyses([analysis])).toEqual(analysis);
});

it("joins lists without repeats, adds hours and keeps the highest complexity", () => {
  const other = {
    ...analysis,
    summary: "Lends books.",
    complexity: "complex" as const,
    complexityScore: 70,
    technologies: ["node.js", "SQLite"],
    components: [...analysis.components, { name: "Loans", purpose: "Lends." }],
    openQuestions: ["How long is a loan?"],
    estimatedHours: 8,
  };
  expect(mergeAnalyses([analysis, other, analysis])).toMatchObject({
    projectName: "Book Shelf",
    projectType: "REST service",
    summary: "Keeps books. Lends books.",
    complexity: "complex",
    complexityScore: 70,
    technologies: ["Node.js", "SQLite"],
    components: [{ name: "Books" }, { name: "Loans" }],
    openQuestions: ["Who may delete?", "How long is a loan?"],
    estimatedHours: 18,
  });
});

it("refuses an empty list with what to do", () => {
  expect(() => mergeAnalyses([])).toThrow(/no analysis to merge/);
});
