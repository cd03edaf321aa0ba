import { expect, test } from "vitest";
import { checkTree, manifestOf } from "../_check-tree.ts";
import { packagePapersRule } from "./package-papers.ts";

const readme = [
  "# @ccb/cost",
  "",
  "Prices calls.",
  "",
  "## Install",
  "## Example",
  "[a program](examples/a.ts)",
  "## Options",
  "## Errors",
  "## What is not in it",
].join("\n");
const whole = {
  "packages/cost/package.json": manifestOf("cost"),
  "packages/cost/LICENSE": "MIT",
  "packages/cost/README.md": readme,
  "packages/cost/examples/a.ts": "",
};

test("a package with all papers passes", () => {
  expect(checkTree(packagePapersRule, whole)).toEqual({ lookedAt: 1, unit: "packages", problems: [] });
});

test("every missing paper and part is found", () => {
  const { problems } = checkTree(packagePapersRule, { "packages/cost/package.json": manifestOf("cost") });
  expect(problems).toEqual([
    "packages/cost: LICENSE is missing",
    "packages/cost: examples/ has no program",
    "packages/cost/README.md is missing",
  ]);
  for (const section of ["Install", "Example", "Options", "Errors", "What is not in it"]) {
    const without = { ...whole, "packages/cost/README.md": readme.replace(`## ${section}`, "## Other") };
    expect(checkTree(packagePapersRule, without).problems).toEqual([
      `packages/cost/README.md: the section "## ${section}" is missing`,
    ]);
  }
  const other = {
    ...whole,
    "packages/cost/README.md": readme
      .replace("# @ccb/cost\n\nPrices", "# Cost\n\n- prices")
      .replace("(examples/a.ts)", ""),
  };
  expect(checkTree(packagePapersRule, other).problems).toHaveLength(3);
});

test("no package at all is a failure", () => {
  expect(checkTree(packagePapersRule, { "README.md": readme }).problems).toHaveLength(1);
});
