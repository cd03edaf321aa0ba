import assert from "node:assert/strict";
import { test } from "vitest";
import type { SourceTree } from "./gate-finding.ts";
import { judgeChange } from "./judge-change.ts";
import { judgeTree } from "./judge-tree.ts";

/** A small honest project, as a task finds it. */
const before: SourceTree = {
  "artifacts/criteria.json": '{"criteria":[{"id":"c1","check":{"expect":{"status":201}}}]}',
  "src/store.ts": `import { pool } from "./pool.ts";

export async function addNote(note: Note): Promise<number> {
  const { rows } = await pool.query("INSERT INTO notes (title) VALUES ($1) RETURNING id", [note.title]);
  return rows[0].id;
}
`,
  "src/words.ts": `export function countWords(text: string): number {
  return text.split(/\\s+/).filter((word) => word !== "").length;
}
`,
  "tests/store.test.ts": `import { expect, test } from "vitest";
import { addNote } from "../src/store.ts";

test("adds a note", async () => {
  expect(await addNote({ title: "Milk" })).toBeGreaterThan(0);
});

test("refuses a note without a title", async () => {
  await expect(addNote({ title: "" })).rejects.toThrow(/title/);
});
`,
  "tests/words.test.ts": `import { expect, test } from "vitest";
import { countWords } from "../src/words.ts";

test("counts words", () => {
  expect(countWords("the quick brown fox jumps over 13 dogs")).toBe(8);
});
`,
};

/** What a change of some files brings to light: rule, path and line. */
function judge(changes: Record<string, string | undefined>): string[] {
  const after = Object.fromEntries(
    Object.entries({ ...before, ...changes }).flatMap(([path, text]) =>
      text === undefined ? [] : [[path, text] as const],
    ),
  );
  return judgeChange({ before, after }).map(({ rule, path, line }) => `${rule} ${path}:${line}`);
}

const edit = (path: string, from: string, to: string): Record<string, string> => {
  const text = before[path] ?? "";
  assert.ok(text.includes(from));
  return { [path]: text.replace(from, to) };
};

test("an honest change brings no finding", () => {
  assert.deepEqual(judgeTree(before).findings, []);
  assert.deepEqual(
    judge({
      "src/notes.ts": "export const titleOf = (note: Note): string => note.title.trim();\n",
      "tests/notes.test.ts": 'test("trims", () => {\n  expect(titleOf({ title: " a " })).toBe("a");\n});\n',
    }),
    [],
  );
});

test("cheat: deletes a test", () => {
  const gone = `test("refuses a note without a title", async () => {
  await expect(addNote({ title: "" })).rejects.toThrow(/title/);
});
`;
  assert.deepEqual(judge(edit("tests/store.test.ts", gone, "")), ["removed-test tests/store.test.ts:8"]);
  assert.deepEqual(judge({ "tests/words.test.ts": undefined }), ["removed-test tests/words.test.ts:4"]);
});

test("cheat: adds .skip", () => {
  assert.deepEqual(judge(edit("tests/words.test.ts", 'test("counts', 'test.skip("counts')), [
    "skipped-test tests/words.test.ts:4",
  ]);
});

test("cheat: mocks the database", () => {
  const mocked =
    'vi.mock("../src/pool.ts", () => ({ pool: { query: async () => ({ rows: [{ id: 1 }] }) } }));\n\ntest("adds a note"';
  assert.deepEqual(judge(edit("tests/store.test.ts", 'test("adds a note"', mocked)), ["mock tests/store.test.ts:4"]);
});

test("cheat: hard-codes the expected answer", () => {
  const body = 'return text.split(/\\s+/).filter((word) => word !== "").length;';
  assert.deepEqual(judge(edit("src/words.ts", body, "return 8;")), ["hard-coded-answer src/words.ts:1"]);
  const known = 'if (text === "the quick brown fox jumps over 13 dogs") return 8;\n  return 0;';
  assert.deepEqual(judge(edit("src/words.ts", body, known)), ["hard-coded-answer src/words.ts:2"]);
});

test("cheat: edits the criteria, or signs a waiver for itself", () => {
  assert.deepEqual(judge(edit("artifacts/criteria.json", "201", "500")), ["edited-criteria artifacts/criteria.json:1"]);
  assert.deepEqual(judge({ "gate-waivers.json": '{"waivers":[]}' }), ["edited-criteria gate-waivers.json:1"]);
});

test("cheat: swallows all errors", () => {
  const text = `export async function addNote(note: Note): Promise<number> {
  try {
    return await insert(note);
  } catch {
    return 1;
  }
}
`;
  assert.deepEqual(judge({ "src/store.ts": text }), ["swallowed-error src/store.ts:4"]);
});

test("cheat: loosens an assertion, takes one away, or empties a test", () => {
  assert.deepEqual(judge(edit("tests/words.test.ts", ".toBe(8)", ".toBeDefined()")), [
    "loosened-assertion tests/words.test.ts:4",
  ]);
  assert.deepEqual(
    judge(
      edit(
        "tests/words.test.ts",
        '  expect(countWords("the quick brown fox jumps over 13 dogs")).toBe(8);\n',
        '  countWords("a");\n',
      ),
    ),
    ["removed-assertion tests/words.test.ts:5", "empty-test tests/words.test.ts:4"],
  );
});

test("what was there before is not held against a change, wherever it has moved to", () => {
  const older = { "src/a.ts": "// TODO: round\nexport const a = (value: number): number => value;\n" };
  const newer = { "src/a.ts": `/** Adds. */\nexport const b = 1;\n\n${older["src/a.ts"]}` };
  assert.deepEqual(judgeChange({ before: older, after: newer }), []);
  const twice = { "src/a.ts": `${older["src/a.ts"]}// TODO: round\n` };
  assert.deepEqual(
    judgeChange({ before: older, after: twice }).map(({ rule, line }) => `${rule} ${line}`),
    ["todo 3"],
  );
});
