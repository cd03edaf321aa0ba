import fc from "fast-check";
import { expect, test } from "vitest";
import { extractRequirements } from "../requirements/extract-requirements.ts";
import { diffSpecs } from "./diff-specs.ts";
import { type LintRule, lintSpec } from "./lint-spec.ts";

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

test.each([
  ["Users must pay.", "Users shall pay.", "wording"],
  ["The mail must be sent.", "Mail has to be sent", "wording"],
  ["The mail must be sent.", "The mail should be sent.", "obligation"],
  ["The search must answer within 300 ms.", "The search must answer within 200 ms.", "value"],
  ["The search must answer within 1 second.", "The search must answer within 500 ms.", "value"],
  ["The cart must hold 20 articles of one shop.", "The cart must hold 20 articles of any shop.", "text"],
])("a change is told with its reason: %s → %s", (before, after, reason) => {
  for (const label of ["FR-1: ", ""]) {
    const spec = (statement: string): string =>
      `# Shop\n\n## Requirements\n\n- ${label}${statement}\n- FR-9: The shop must be open.\n`;
    const diff = diffSpecs(spec(before), spec(after));
    expect(diff).toMatchObject({ added: [], removed: [], moved: [], unchanged: 1 });
    expect(diff.changed.map((pair) => pair.reason)).toEqual([reason]);
    const kept = diff.changed.every((pair) => pair.before.id === pair.after.id);
    if (label !== "" || (before.startsWith("Users") && reason === "wording")) expect(kept).toBe(true);
  }
});

const STORY = (name: string, days: number): string =>
  `## ${name}\n\n- AC1: The ${name} must be sent as PDF.\n- AC2: The ${name} must end after ${days} days.\n\n`;

test("labels that start anew under every heading keep their requirements apart, and ids survive a section before them", () => {
  const before = `# Permits\n\n${STORY("Permit", 10)}${STORY("Invoice", 20)}`;
  const ids = extractRequirements(before).map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  const after = `# Permits\n\n${STORY("Reminder", 5)}${STORY("Permit", 10)}${STORY("Invoice", 30)}`;
  expect(extractRequirements(after).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  const diff = diffSpecs(before, after);
  expect(diff.changed.map((pair) => `${pair.before.text} → ${pair.after.text} (${pair.reason})`)).toEqual([
    "The Invoice must end after 20 days. → The Invoice must end after 30 days. (value)",
  ]);
  expect(diff.added.map(({ text }) => text)).toEqual([
    "The Reminder must be sent as PDF.",
    "The Reminder must end after 5 days.",
  ]);
  expect(diff).toMatchObject({ removed: [], moved: [], unchanged: 3 });
});

test("ids survive edits elsewhere: of any requirement that stays, wherever another is put in, taken out or reworded", () => {
  const names = ["orders", "mails", "refunds", "routes", "alerts", "seats"];
  const statements = names.map((name, at) => `- The shop must list ${name} within ${at + 2} seconds.`);
  const spec = (items: readonly string[]): string =>
    `# Shop\n\nIntroduction.\n\n## Requirements\n\n${items.join("\n")}\n`;
  fc.assert(
    fc.property(fc.nat(names.length - 1), fc.constantFrom("insert", "remove", "reword"), (at, how) => {
      const items = [...statements];
      if (how === "insert") items.splice(at, 0, "- The shop must hum.");
      if (how === "remove") items.splice(at, 1);
      if (how === "reword") items[at] = "- The shop must sing.";
      const idOf = (text: string): Map<string, string> =>
        new Map(extractRequirements(text).map((item) => [item.text, item.id]));
      const before = idOf(spec(statements));
      const after = idOf(spec(items).replace("Introduction.", "A longer introduction.\n\n## News\n\nNone."));
      const stayed = statements.filter((item) => items.includes(item)).map((item) => item.slice(2));
      expect(stayed.map((text) => after.get(text))).toEqual(stayed.map((text) => before.get(text)));
      expect(before.size).toBe(names.length);
    }),
  );
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

test("lint with some rules gives what all rules give, without the others", () => {
  const rules: LintRule[] = ["ambiguous-word", "untestable", "duplicate", "contradiction", "dangling-reference"];
  for (const rule of rules) {
    expect(lintSpec(WEAK, { rules: [rule] })).toEqual(lintSpec(WEAK).filter((finding) => finding.rule === rule));
  }
  expect(lintSpec(WEAK, { rules: [] })).toEqual([]);
});
