import { expect, test } from "vitest";
import { diffSpecs } from "./diff-specs.ts";
import { lintSpec } from "./lint-spec.ts";

const BEFORE = `# Shop

## Requirements

- FR-1: The cart must hold at most 20 articles.
- FR-2: An order must be confirmed by mail.
- Users must sign in before they pay.

## Limits

- The search must answer within 300 ms.
`;

test("a diff tells added, changed, removed and moved requirements apart", () => {
  const after = `# Shop

## Requirements

- FR-1: The cart must hold at most 50 articles.
- FR-2: An order must be confirmed by mail.
- The search must answer within 300 ms.
- Orders must be kept for ten years.

## Limits
`;
  const diff = diffSpecs(BEFORE, after);
  expect(diff.changed.map(({ before, after: now }) => [before.id, now.measure?.value])).toEqual([["FR-1", 50]]);
  expect(diff.moved.map(({ after: now }) => now.text)).toEqual(["The search must answer within 300 ms."]);
  expect(diff.added.map((item) => item.text)).toEqual(["Orders must be kept for ten years."]);
  expect(diff.removed.map((item) => item.text)).toEqual(["Users must sign in before they pay."]);
  expect(diff.unchanged).toBe(1);
});

test("a spec differs from itself in nothing, and edits outside requirements change nothing", () => {
  const same = diffSpecs(BEFORE, BEFORE.replace("# Shop\n", "# Shop\n\nNow with a longer introduction.\n"));
  expect(same).toMatchObject({ added: [], removed: [], changed: [], moved: [], unchanged: 4 });
});

const WEAK = `# Portal

## 1. Requirements

- FR-1: The portal must be fast.
- FR-2: A user must not upload more than 10 files per day.
- FR-3: A user must not upload more than 25 files per day.
- FR-4: The portal must log every sign-in, see section 9.4.
- FR-5: The portal must log every sign-in as FR-99 says.
- FR-6: Reports must be exported as CSV.
- FR-7: Reports must be exported as CSV.
- FR-8: Pages must load within 2 seconds.
`;

test("lint finds each kind of weak place with its line and leaves good requirements alone", () => {
  const found = lintSpec(WEAK).map(({ rule, span }) => `${rule} ${span.startLine}`);
  expect(found).toEqual(
    expect.arrayContaining([
      "ambiguous-word 5",
      "untestable 5",
      "contradiction 7",
      "dangling-reference 8",
      "dangling-reference 9",
      "duplicate 11",
    ]),
  );
  expect(found.some((line) => /(?: 6| 10| 12)$/.test(line))).toBe(false);
});
