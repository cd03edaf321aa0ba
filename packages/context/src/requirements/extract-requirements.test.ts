import { expect, test } from "vitest";
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
