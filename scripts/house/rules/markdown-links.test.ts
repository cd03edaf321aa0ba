import { expect, test } from "vitest";
import { checkTree } from "../_check-tree.ts";
import { markdownLinksRule } from "./markdown-links.ts";

test("links to files, folders, headings, other sites and in code pass", () => {
  const result = checkTree(markdownLinksRule, {
    "README.md":
      '# Top\n[a](docs/a.md) ![p](docs/p.png "title") [d](docs/) [h](docs/a.md#two-words--and-more) [t](#top) [w](https://x.org/y)',
    "docs/a.md":
      "## Two words — and more\n[up](../README.md) `[no](nowhere.md)`\n```\n[no](nowhere.md)\n```\n[a b](<../c%20d.md>)",
    "docs/p.png": "",
    "c d.md": "",
  });
  expect(result).toEqual({ lookedAt: 7, unit: "links of 3 pages", problems: [] });
});

test("links to nothing and anchors to no heading are found", () => {
  const { problems } = checkTree(markdownLinksRule, {
    "README.md": "# Top\n\n[a](docs/a.md)\n[b](#bottom) [c](packages/core)",
    "docs/b.md": "[up](README.md)",
  });
  expect(problems).toEqual([
    "README.md:3: the link docs/a.md leads to no file of the repository",
    "README.md:4: the link #bottom leads to no heading of README.md",
    "README.md:4: the link packages/core leads to no file of the repository",
    "docs/b.md:1: the link README.md leads to no file of the repository",
  ]);
});

test("no link at all is a failure", () => {
  expect(checkTree(markdownLinksRule, { "README.md": "# Top" }).problems).toHaveLength(1);
});
