import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readLabelledDocuments } from "../requirements/_labelled-documents.ts";
import { explainDifference, listMdastBlocks, listOwnBlocks } from "./_mdast-blocks.ts";
import { scanDialect } from "./_scan-blocks.ts";
import { type Block, parseBlocks } from "./parse-blocks.ts";
import { parseOutline } from "./parse-outline.ts";

const line = fc.constantFrom(
  "# Title",
  "## Sub",
  "text of a paragraph",
  "more text",
  "- item",
  "* star",
  "+ plus",
  "1. one",
  "2. two",
  "  - nested",
  "    deep",
  "  indented text",
  "```",
  "````js",
  "~~~",
  "> quote",
  ">quote",
  "| a | b |",
  "|---|---|",
  "| 1 | 2 |",
  "---",
  "***",
  "===",
  "<div>",
  "</div>",
  "<!-- note -->",
  "<span>x</span>",
  "[a]: http://x.example",
  "[a]:",
  "http://x.example",
  "[^1]: note",
  "- [ ] box",
  "- > q",
  "> - q",
  "- # h",
  "- ```",
  "  ```",
  "-",
  "10) ten",
  "<script>",
  "</script>",
  "a | b",
  "--- | ---",
  "   # three",
  "\t- tab",
  "* * *",
  "",
  "",
  "",
  "     code",
  "\tcode",
  "*emphasis* word",
  "`code` word",
  "\\# no heading",
  "#no heading",
  "1986. A year",
);

/** Every difference from mdast that no listed reason explains. */
function unexplained(documents: Iterable<{ name: string; text: string }>): {
  compared: number;
  same: number;
  open: string[];
} {
  let compared = 0;
  let same = 0;
  const open: string[] = [];
  for (const { name, text } of documents) {
    compared++;
    const [own, mdast] = [listOwnBlocks(text), listMdastBlocks(text)];
    if (own.join("\n") === mdast.join("\n")) same++;
    else if (explainDifference(text, own, mdast) === undefined) open.push(name);
  }
  return { compared, same, open };
}

test("on generated documents the blocks are those of mdast, but for the listed differences", () => {
  const documents = fc
    .sample(fc.array(line, { minLength: 1, maxLength: 14 }), { numRuns: 4000, seed: 20250101 })
    .map((lines) => ({ name: lines.join("\n"), text: `# Start\n\n${lines.join("\n")}\n` }));
  const { compared, same, open } = unexplained(documents);
  expect(compared).toBe(4000);
  expect(open).toEqual([]);
  expect(same / compared).toBeGreaterThanOrEqual(0.95);
});

test("on the Markdown files of installed packages the blocks are those of mdast, but for the listed differences", () => {
  const root = fileURLToPath(new URL("../../../../node_modules/.pnpm", import.meta.url));
  const documents = globSync("*/node_modules/**/*.md", { cwd: root })
    .map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }))
    .filter(({ text }) => text.length < 20_000)
    .slice(0, 300);
  const { compared, same, open } = unexplained(documents);
  expect(open).toEqual([]);
  expect(compared).toBe(300);
  expect(same).toBeGreaterThanOrEqual(compared - 3);
});

test("on the labelled Markdown documents the blocks are those of mdast", () => {
  let blocks = 0;
  for (const part of ["tuned", "unseen"]) {
    const folder = fileURLToPath(new URL(`../../fixtures/labelled/${part}`, import.meta.url));
    expect(readdirSync(folder).length).toBeGreaterThan(5);
    for (const { name, text } of readLabelledDocuments(folder)) {
      if (!name.endsWith(".md")) continue;
      const expected = listMdastBlocks(text);
      expect(listOwnBlocks(text), name).toEqual(expected);
      blocks += expected.length;
    }
  }
  expect(blocks).toBeGreaterThan(300);
});

function flatten(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block) => [block, ...flatten(block.children ?? [])]);
}

test("spans, bytes and lines agree with the text for any input", () => {
  const anything = fc.oneof(
    fc.array(line, { maxLength: 30 }).chain((lines) => fc.constantFrom("\n", "\r\n").map((end) => lines.join(end))),
    fc.string({ unit: "binary", maxLength: 300 }),
  );
  fc.assert(
    fc.property(anything, fc.boolean(), (source, mark) => {
      const text = mark ? `\ufeff${source}` : source;
      let end = 0;
      for (const block of parseBlocks(text)) {
        expect(block.span.start).toBeGreaterThanOrEqual(end);
        end = block.span.end;
        for (const inner of flatten([block])) {
          expect(inner.span.end).toBeGreaterThanOrEqual(inner.span.start);
          expect(inner.span.end).toBeLessThanOrEqual(end);
          expect(inner.span.startLine).toBe(text.slice(0, inner.span.start).split("\n").length);
          expect(inner.span.endLine).toBe(text.slice(0, inner.span.end).split("\n").length);
          if (text.isWellFormed()) expect(inner.bytes.start).toBe(Buffer.byteLength(text.slice(0, inner.span.start)));
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("nested items hold their blocks", () => {
  const text = "1. one\n\n   para\n\n   ```\n   code\n   ```\n2. two\n   - inner a\n   - inner b\n";
  const [list] = parseBlocks(text);
  expect(list?.ordered).toBe(true);
  expect(list?.children?.[0]?.children?.map((block) => block.kind)).toEqual(["paragraph", "paragraph", "fence"]);
  const inner = list?.children?.[1]?.children?.[1];
  expect(inner?.kind).toBe("list");
  expect(inner?.children?.map((item) => text.slice(item.contentStart, item.span.end))).toEqual(["inner a", "inner b"]);
});

test("AsciiDoc, reStructuredText and numbered plain text give sections", () => {
  const adoc = "= Doc\n\n== One\n\n* item\n\n----\n== not a heading\n----\n\n== Two\n\ntext\n";
  expect(parseOutline(adoc).sections.map((section) => section.title)).toEqual(["Doc", "One", "Two"]);
  const rst = "Doc\n===\n\nOne\n---\n\nSub\n~~~\n\n.. note::\n\n   Inside\n   ------\n\nTwo\n---\n\ntext\n";
  expect(parseOutline(rst).sections.map((section) => `${section.level} ${section.title}`)).toEqual([
    "1 Doc",
    "2 One",
    "3 Sub",
    "2 Two",
  ]);
  const plain =
    "1.  Introduction\n\n   Words.\n\n1.1.  Terms\n\n   More words.\n\n2.  Rules\n\n   The server MUST answer.\n";
  expect(parseOutline(plain).sections.map((section) => section.number)).toEqual(["1", "1.1", "2"]);
});

test("references between sections are found by number, link and title, and dangling ones have no target", () => {
  const text =
    '# 1 Start\n\nSee section 2 and [the end](#3-end), see "Middle", see section 9.\n\n# 2 Middle\n\nx\n\n# 3 End\n\ny\n';
  const { references } = parseOutline(text);
  expect(references.map(({ kind, to }) => `${kind} ${to}`)).toEqual(["number 1", "link 2", "title 1", "number null"]);
});

test("block rows keep their levels while the table grows", () => {
  const text = Array.from({ length: 2000 }, (_, index) => `${"#".repeat((index % 6) + 1)} h\n\n`).join("");
  const table = scanDialect(text, "markdown");
  expect(Array.from(table.level.subarray(0, table.count)).every((level, index) => level === (index % 6) + 1)).toBe(
    true,
  );
});
