import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyFunction, findUntested } from "./find-untested.ts";
import { planTestRun, type TestRun } from "./plan-test-run.ts";
import { proveTests, runWholeSuite } from "./prove-tests.ts";

const total = `export function total(prices) {
  return prices.reduce((sum, price) => sum + price, 0);
}

export const cheapest = (prices) => Math.min(...prices);
function hidden() {
  return 1;
}
export { hidden as shown };
export class Cart {
  add() {
    return 1;
  }
}
`;
const files: Record<string, string> = {
  "package.json": JSON.stringify({ name: "shop", type: "module", scripts: { test: "node --test" } }),
  "src/total.js": total,
  "test/cheapest.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { cheapest } from "../src/total.js";

test("finds the cheapest", () => assert.equal(cheapest([3, 2]), 2));
`,
};
const python =
  "def double(count):\n    return count * 2\n\n\ndef _private():\n    return 1\n\n\nclass A:\n    def method(self):\n        return 1\n";

describe("findUntested", () => {
  test("names the exported functions that no test names, with their lines", () => {
    expect(findUntested(files)).toEqual([
      {
        path: "src/total.js",
        functions: [
          { name: "total", line: 1 },
          { name: "hidden", line: 6 },
        ],
      },
    ]);
    expect(findUntested({ "shop/count.py": python })).toEqual([
      { path: "shop/count.py", functions: [{ name: "double", line: 1 }] },
    ]);
  });

  test("a function counts as tested once a test names it, whatever its name is", () => {
    const name = fc.stringMatching(/^[a-z][A-Za-z0-9_]{0,12}$/).filter((word) => isName(word));
    fc.assert(
      fc.property(name, fc.constantFrom("js", "mjs", "ts"), (word, ending) => {
        const tree = { [`src/a.${ending}`]: `export function ${word}() {\n  return 1;\n}\n` };
        expect(findUntested(tree)).toEqual([{ path: `src/a.${ending}`, functions: [{ name: word, line: 1 }] }]);
        expect(findUntested({ ...tree, "test/a.test.js": `check(a.${word});` })).toEqual([]);
      }),
    );
  });
});

function isName(word: string): boolean {
  try {
    new Function(`"use strict"; const ${word} = 1; async () => { const ${word} = 2; };`);
    return true;
  } catch {
    return false;
  }
}

describe("emptyFunction", () => {
  test("takes away the body of that function alone", () => {
    expect(emptyFunction("src/total.js", total, "total")).toBe(
      total.replace(/\{\n {2}return prices\.reduce.*\n\}/, "{}"),
    );
    expect(emptyFunction("src/total.js", total, "cheapest")).toContain("cheapest = (prices) => undefined;");
    expect(emptyFunction("a.py", python, "double")).toBe(python.replace("return count * 2", "return None"));
    expect(emptyFunction("src/total.js", total, "add")).toBeUndefined();
    expect(emptyFunction("src/total.js", total, "none")).toBeUndefined();
  });
});

describe("planTestRun", () => {
  test("takes the runner that the project has chosen, and puts tests beside its others", () => {
    const run = planTestRun(files);
    expect(run?.runner).toBe("node:test");
    expect(run?.pathFor("src/a/b.js")).toBe("test/src_a_b.generated.test.js");
    expect(run?.specifierFor("test/x.test.js", "src/a/b.js")).toBe("../src/a/b.js");
    const vitest = {
      "package.json": JSON.stringify({ scripts: { test: "vitest run" }, devDependencies: { vitest: "1" } }),
    };
    expect(planTestRun(vitest)?.commandFor("a b.test.ts")).toBe("npx --no-install vitest run 'a b.test.ts'");
    expect(planTestRun({ "requirements.txt": "pytest\n" })?.pathFor("src/shop/a.py")).toBe(
      "tests/test_src_shop_a_generated.py",
    );
    expect(planTestRun({ "package.json": JSON.stringify({ scripts: { test: "make check" } }) })).toBeUndefined();
    expect(planTestRun({ "README.md": "" })).toBeUndefined();
  });
});

describe("proveTests", () => {
  let directory: string;
  const put = async (tree: Record<string, string>) => {
    for (const [path, text] of Object.entries(tree)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "ccb-generate-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const preamble = `import assert from "node:assert/strict";
import { test } from "node:test";
import { hidden, total } from "../src/total.js";`.replace("hidden", "shown");

  test("keeps what passes and fails without the function, and says of the rest why not", {
    timeout: 60_000,
  }, async () => {
    await put(files);
    const written = {
      source: "src/total.js",
      preamble,
      tests: [
        { target: "total", code: 'test("adds up", () => {\n  assert.equal(total([2, 5]), 7);\n});' },
        { target: "total", code: 'test("is wrong", () => {\n  assert.equal(total([2, 5]), 8);\n});' },
        { target: "total", code: 'test("says nothing", () => {\n  total([]);\n});' },
        { target: "hidden", code: 'test("is there", () => {\n  assert.equal(typeof shown, "function");\n});' },
      ],
    };
    const proven = await proveTests({ directory, files, run: planTestRun(files) as TestRun, written });
    expect(proven.proven).toEqual(["total"]);
    expect(proven.path).toBe("test/src_total.generated.test.js");
    expect(proven.text).toContain("adds up");
    expect(proven.text).not.toMatch(/is wrong|says nothing|is there/);
    expect(proven.refused.map(({ target, reason }) => [target, reason])).toEqual([
      ["total", "failed"],
      ["total", "gate"],
      ["hidden", "proves-nothing"],
    ]);
    expect(await readFile(join(directory, "src/total.js"), "utf8")).toBe(total);
    const added = { [proven.path ?? ""]: proven.text };
    expect(await runWholeSuite({ directory, added, run: planTestRun(files) as TestRun })).toBeUndefined();
    const broken = { "test/x.test.js": preamble.replace("total }", "none }") };
    expect(await runWholeSuite({ directory, added: broken, run: planTestRun(files) as TestRun })).toContain("none");
  });

  test("runs the tests of a Python project with its own runner", { timeout: 60_000 }, async () => {
    const tree = { "requirements.txt": "", "shop/__init__.py": "", "shop/count.py": python };
    await put(tree);
    const written = {
      source: "shop/count.py",
      preamble: "import unittest\n\nfrom shop.count import double",
      tests: [
        {
          target: "double",
          code: "class DoubleTest(unittest.TestCase):\n    def test_doubles(self):\n        self.assertEqual(double(4), 8)",
        },
      ],
    };
    const proven = await proveTests({ directory, files: tree, run: planTestRun(tree) as TestRun, written });
    expect(proven).toMatchObject({ path: "tests/test_shop_count_generated.py", proven: ["double"], refused: [] });
  });
});
