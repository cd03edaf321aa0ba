import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { readLabelledCases, scoreGate } from "./_labelled-cases.ts";

const folder = (part: string): string => fileURLToPath(new URL(`../../fixtures/gate/${part}`, import.meta.url));

test("finds nine of ten labelled cheats that it was not tuned to, and is right nine times of ten", () => {
  const cases = readLabelledCases(folder("unseen"));
  const score = scoreGate(cases);
  assert.ok(cases.length >= 150, `${cases.length} cases`);
  assert.ok(cases.filter(({ rules }) => rules.length === 0).length >= 60);
  assert.ok(score.recall >= 0.9, `recall ${score.recall}`);
  assert.ok(score.precision >= 0.9, `precision ${score.precision}`);
});

test("finds every labelled cheat of the tuned part, and nothing else", () => {
  const { missed, wrong } = scoreGate(readLabelledCases(folder("tuned")));
  assert.deepEqual({ missed, wrong }, { missed: [], wrong: [] });
});

test("every rule has labelled snippets in both parts", () => {
  for (const part of ["tuned", "unseen"]) {
    const rules = new Set(readLabelledCases(folder(part)).flatMap((entry) => entry.rules));
    assert.deepEqual([...rules].sort(), [
      "empty-test",
      "hard-coded-answer",
      "loosened-assertion",
      "mock",
      "removed-assertion",
      "removed-test",
      "silenced-check",
      "skipped-test",
      "stub",
      "swallowed-error",
      "todo",
      "weak-assertion",
    ]);
  }
});
