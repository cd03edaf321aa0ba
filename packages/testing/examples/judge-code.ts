// Judges code by its syntax tree: node --conditions=ccb-source packages/testing/examples/judge-code.ts
import assert from "node:assert/strict";
import { judgeChange, judgeTree } from "@ccb/testing/gate";

const before = {
  "src/notes.py": "def add(note):\n    return store.insert(note)\n",
  "tests/test_notes.py": 'def test_add():\n    assert add({"title": "Milk"}) == 1\n',
};
const after = {
  "src/notes.py":
    "def add(note):\n    try:\n        return store.insert(note)\n    except Exception:\n        return 1\n",
  "tests/test_notes.py": 'def test_add():\n    assert add({"title": "Milk"}) is not None\n',
};
const findings = judgeChange({ before, after });
for (const { path, line, rule, reason } of findings) console.log(`${path}:${line}: ${rule}: ${reason}`);
assert.deepEqual(
  findings.map(({ rule }) => rule),
  ["loosened-assertion", "swallowed-error"],
);
assert.deepEqual(judgeTree(before).findings, []);
