import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readLabelledDocuments, scoreRequirements, sumScores } from "./_labelled-documents.ts";
import { extractRequirements } from "./extract-requirements.ts";

const SPEC = `# Task tracker

A small service for teams. It was written in spring.

## Requirements

- FR-1: The API must return a task within 200 ms.
- [ ] Users can delete their own tasks
- As a manager, I want to see open tasks so that I can plan.

## Data model

| Field | Type | Required |
|---|---|---|
| title | string, 1-200 characters | yes |

## API

| Method | Path | Purpose |
|---|---|---|
| GET | /tasks | list tasks |
`;

test("finds labelled, checkbox, story, field and endpoint requirements and leaves prose out", () => {
  const found = extractRequirements(SPEC);
  expect(found.map((item) => item.id.replace(/^R-.*/, "R"))).toEqual(["FR-1", "R", "R", "R", "R"]);
  expect(found[0]).toMatchObject({
    label: "FR-1",
    priority: "must",
    kind: "performance",
    measure: { comparator: "<=", value: 200, unit: "ms" },
  });
  expect(SPEC.slice(found[0]?.span.start, found[0]?.span.end)).toBe("FR-1: The API must return a task within 200 ms.");
  expect(found[4]?.text).toContain("GET /tasks");
});

test("ids survive edits elsewhere", () => {
  const edited = SPEC.replace("A small service", "## News\n\nThe system must hum.\n\nA small service");
  const before = extractRequirements(SPEC).map((item) => item.id);
  expect(extractRequirements(edited).map((item) => item.id)).toEqual(expect.arrayContaining(before));
});

test.each(["tuned", "unseen"])(
  "on the %s labelled documents recall is at least 95 % and precision at least 90 %",
  (part) => {
    const folder = fileURLToPath(new URL(`../../fixtures/labelled/${part}`, import.meta.url));
    const documents = readLabelledDocuments(folder);
    const score = sumScores(
      documents.map((document) => scoreRequirements(document, extractRequirements(document.text))),
    );
    expect(score.labelled).toBeGreaterThan(200);
    expect(score.recall).toBeGreaterThanOrEqual(0.95);
    expect(score.precision).toBeGreaterThanOrEqual(0.9);
  },
);

test("any text is read: spans lie in it, ids are unique, and twice gives the same", () => {
  const words = fc.constantFrom(
    "# H",
    "## Requirements",
    "- must",
    "The system shall x.",
    "| a | b |",
    "|---|---|",
    "| FR-1 | must |",
    "FR-2: y must z",
    "",
    "```gherkin",
    "Scenario: a",
    "Given b",
    "[ ]",
    "\ud800",
    "> q must",
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 25 }), fc.string({ unit: "binary", maxLength: 60 }), (lines, noise) => {
      const text = `${lines.join("\n")}\n${noise}`;
      const found = extractRequirements(text);
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      for (const { span } of found) {
        expect(span.start).toBeLessThan(span.end);
        expect(span.end).toBeLessThanOrEqual(text.length);
        expect(span.startLine).toBe(text.slice(0, span.start).split("\n").length);
      }
      expect(extractRequirements(text)).toEqual(found);
    }),
    { numRuns: 300 },
  );
});
