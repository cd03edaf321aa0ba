import assert from "node:assert/strict";
import { diffSpecs, extractRequirements, lintSpec } from "@ccb/context";

const spec = `# Task tracker

## Requirements

- FR-1: The API must return a task within 200 ms.
- FR-2: Lists should be fast.
- As a lead, I want to see open tasks so that I can plan.

## Endpoints

| Method | Path   | Description |
|--------|--------|-------------|
| GET    | /tasks | List tasks  |
`;

for (const { id, kind, priority, text, measure, span } of extractRequirements(spec)) {
  console.log(
    `${id.startsWith("R-") ? "R-…" : id} line ${span.startLine} ${kind}, ${priority}: ${text}${measure ? ` [${measure.comparator} ${measure.value} ${measure.unit}]` : ""}`,
  );
}
for (const finding of lintSpec(spec)) console.log(`spec.md:${finding.span.startLine} ${finding.rule}`);
const diff = diffSpecs(spec, spec.replace("200 ms", "100 ms"));
console.log(`changed: ${diff.changed.map(({ after }) => after.id).join(", ")}; unchanged: ${diff.unchanged}`);
assert.equal(extractRequirements(spec).length, 4);
assert.equal(diff.changed.length, 1);
