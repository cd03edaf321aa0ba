import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readLabelledDocuments } from "../requirements/_labelled-documents.ts";
import { extractRequirements } from "../requirements/extract-requirements.ts";
import { type LintRule, lintSpec } from "./lint-spec.ts";

function lint(rule: LintRule, text: string): number[] {
  return lintSpec(text).flatMap((finding) => (finding.rule === rule ? [finding.span.startLine] : []));
}

const list = (...items: string[]): string => `# Rules\n\n${items.map((item) => `- ${item}\n`).join("")}`;

test.each([
  ["A user must not upload more than 10 files per day.", "A user may upload at most 25 files per day."],
  ["Passwords must be at least 8 characters.", "Passwords must have at least 12 characters."],
  ["The search must answer within 300 ms.", "The search must answer within 1 second."],
  ["The search must answer within 500 ms.", "Within 2 s the search must answer."],
  ["Sessions must expire after 30 minutes.", "After 2 hours user sessions must expire."],
  ["A file may be up to 10 MB.", "The maximum size of a file is 20 MB."],
  ["A room must hold at least 10 members.", "A room must hold at most 8 members."],
  ["Backups must be kept for 30 days.", "Backups must be kept for 2 weeks."],
  ["The cart must hold exactly 5 items.", "The cart must hold at most 3 items."],
])("a contradiction: %s / %s", (first, second) => {
  expect(lint("contradiction", list(first, second))).toEqual([4]);
});

test.each([
  ["The title must have at most 80 characters.", "The description must have at most 2000 characters."],
  ["A guest may upload at most 5 files per day.", "A member may upload at most 50 files per day."],
  ["A query of one day must be answered within 3 seconds.", "A query of one year must be answered within 30 seconds."],
  ["With 100 users a page must load within 1 s.", "With 1000 users a page must load within 3 s."],
  ["The p95 of the search must be under 200 ms.", "The p99 of the search must be under 500 ms."],
  ["Passwords must have at least 8 characters.", "Passwords must have at most 64 characters."],
  ["The search must answer within 1 s.", "The search must answer within 1000 ms."],
  ["A user must upload at most 10 files.", "A user must upload at most 20 MB."],
  ["Logs must be kept for 30 days.", "Logs must be compressed after 7 days."],
  ["It must answer within 200 ms.", "They must answer within 200 ms."],
  ["Transfers must take at most 3 days.", "Transfers abroad must take at most 5 days."],
])("no contradiction: %s / %s", (first, second) => {
  expect(lint("contradiction", list(first, second))).toEqual([]);
});

test("a field is understood under its heading: the same name elsewhere is another field", () => {
  const table = (most: number): string =>
    `| Field | Type | Rules |\n|---|---|---|\n| description | text | at most ${most} characters |\n`;
  const rows = `# Data\n\n## Project\n\n${table(2000)}\n## Task\n\n${table(5000)}`;
  expect(lint("contradiction", rows)).toEqual([]);
  const fields = (name: string, titleMost: number): string =>
    `**${name}**\n\n- id: number, set by the server\n- title: string, required, max ${titleMost} characters\n- author: string, required, max 99 characters\n\n`;
  expect(extractRequirements(`# Data model\n\n${fields("Book", 300)}`)).toHaveLength(3);
  expect(lintSpec(`# Data model\n\n${fields("Book", 300)}${fields("Film", 200)}`)).toEqual([]);
  expect(lint("contradiction", `# Data model\n\n${table(2000)}${table(5000).split("\n").at(-2)}\n`)).toEqual([6]);
});

test("statements contradict each other across sections, but what says it or this is read in its section", () => {
  const across = "# A\n\nThe search must answer within 1 s.\n\n# B\n\nThe search must answer within 3 s.\n";
  expect(lint("contradiction", across)).toEqual([7]);
  expect(lint("contradiction", across.replaceAll("The search", "It"))).toEqual([]);
  expect(lint("contradiction", across.replaceAll("The search", "This call"))).toEqual([]);
});

test("labels that start anew under every story are no duplicates; one that is taken is", () => {
  const story = (name: string): string =>
    `## ${name}\n\n- AC1: ${name} must be saved.\n- AC2: ${name} must be listed.\n\n`;
  expect(lint("duplicate", `# Stories\n\n${story("Permits")}${story("Payments")}`)).toEqual([]);
  expect(
    lint("duplicate", list("FR-1: Mail must be sent.", "FR-2: Mail must be kept.", "FR-1: Mail must be signed.")),
  ).toEqual([5]);
});

test("loose words count where something is asked for, and not beside a number or in a fixed phrase", () => {
  const clean = list(
    "Users must see how many permits are left.",
    "The import must fail fast when a row has no id.",
    "The filter must accept a regular expression.",
    "A small server (2 cores, 4 GB) must be enough.",
    "The browser must be one of the two most recent versions of Firefox.",
  );
  expect(lintSpec(clean)).toEqual([]);
  expect(
    lint(
      "ambiguous-word",
      "# Api\n\n| Method | Path | Description |\n|---|---|---|\n| PATCH | /a | Change some fields |\n",
    ),
  ).toEqual([]);
  expect(lint("ambiguous-word", list("The export must support several formats.", "Answers should be small."))).toEqual([
    3, 4,
  ]);
});

test("on the example specifications and the labelled documents only what is weak is named", () => {
  const examples = fileURLToPath(new URL("../../../../examples/specs", import.meta.url));
  const documents = readdirSync(examples)
    .filter((name) => name.endsWith(".md"))
    .map((name) => ({ name, text: readFileSync(`${examples}/${name}`, "utf8") }));
  expect(documents.length).toBeGreaterThan(3);
  for (const part of ["tuned", "unseen"]) {
    documents.push(
      ...readLabelledDocuments(fileURLToPath(new URL(`../../fixtures/labelled/${part}`, import.meta.url))),
    );
  }
  const found = documents.flatMap(({ name, text }) =>
    lintSpec(text).map(({ rule, span }) => `${name}:${span.startLine} ${rule}`),
  );
  expect(found).toEqual(["habit-api.md:5 ambiguous-word"]);
});
