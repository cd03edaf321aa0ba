import assert from "node:assert/strict";
import { test } from "vitest";
import { parseAddedLines } from "./parse-added-lines.ts";

test("gives added lines with their paths and numbers, and nothing else", () => {
  const diff = [
    "diff --git a/a.txt b/a.txt",
    "--- a/a.txt",
    "+++ b/a.txt",
    "@@ -2 +2,2 @@ heading",
    "--- removed, and looks like a header",
    "+++ added, and looks like a header",
    "+two",
    "@@ -9,0 +11 @@",
    "+three",
    'diff --git "a/b\\303\\244.txt" "b/b\\303\\244.txt"',
    "--- /dev/null",
    '+++ "b/b\\303\\244.txt"',
    "@@ -0,0 +1 @@",
    "+four",
    "\\ No newline at end of file",
  ].join("\n");
  assert.deepEqual(parseAddedLines(diff), [
    { path: "a.txt", firstLine: 2, text: "++ added, and looks like a header\ntwo" },
    { path: "a.txt", firstLine: 11, text: "three" },
    { path: "bä.txt", firstLine: 1, text: "four" },
  ]);
});
