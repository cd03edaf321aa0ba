import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { judgeTree } from "./judge-tree.ts";

test("says where, what and why", () => {
  const { findings, files, tests } = judgeTree({
    "app/pay.py": "def pay(order):\n    try:\n        bank.charge(order)\n    except Exception:\n        pass\n",
    "tests/test_pay.py": 'import pytest\n\n\n@pytest.mark.skip\ndef test_pay():\n    assert pay(3) == "paid"\n',
    "README.md": "TODO: write",
  });
  assert.deepEqual({ files, tests }, { files: 2, tests: 1 });
  assert.deepEqual(
    findings.map(({ rule, path, line, reason }) => `${path}:${line}: ${rule}: ${reason}`),
    [
      "app/pay.py:4: swallowed-error: every error is caught and passed over",
      'tests/test_pay.py:5: skipped-test: "test_pay": @pytest.mark.skip keeps it from counting',
    ],
  );
  assert.match(findings[0]?.codeHash ?? "", /^[0-9a-f]{16}$/);
});

test("leaves installed packages and what tools make alone, and says what it cannot read", () => {
  const bad = "try { a(); } catch {}\n";
  assert.deepEqual(judgeTree({ "node_modules/x/a.js": bad, "dist/a.js": bad, ".venv/lib/a.py": "# TODO: x" }), {
    findings: [],
    files: 0,
    tests: 0,
  });
  const { findings } = judgeTree({ "src/a.ts": `export const a = ;;; ((( {{{ ${"] ) } => ".repeat(60)}` });
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    ["unreadable-code"],
  );
});

test("the hash of a finding does not change with white space and lines above, and does with the code", () => {
  const hash = (text: string): string | undefined => judgeTree({ "src/a.js": text }).findings[0]?.codeHash;
  const one = hash("try {\n  send();\n} catch {\n  // ignore\n}\n");
  assert.equal(hash("const a = 1;\n\n    try { send(); } catch {\n\t// ignore\n}\n"), one);
  assert.notEqual(hash("try {\n  send();\n} catch {\n  // ignore it\n}\n"), one);
});

test("reads any text without failing, in every language", () => {
  const word = fc.constantFrom(
    "def f(a):\n",
    "    pass\n",
    "try {",
    "} catch (e) {",
    "}",
    "test('a', () => {",
    "});",
    "expect(x)",
    ".toBe(1)",
    "assert ",
    "# TODO ",
    "'",
    '"""',
    "\n",
    "(",
    "const a = {",
    "é",
    "if x:\n",
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 40 }),
      fc.constantFrom("a.ts", "a.tsx", "a.js", "tests/a.test.ts", "tests/test_a.py", "a.py"),
      (words, path) => {
        for (const { line, codeHash } of judgeTree({ [path]: words.join("") }).findings) {
          assert.ok(line >= 1);
          assert.equal(codeHash.length, 16);
        }
      },
    ),
    { numRuns: 150 },
  );
});
