import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScriptedModel } from "@ccb/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bash, honestFiles, ordersSpecification, renderWrites, scriptOrders } from "../test-support/orders-product.ts";
import { runCcb } from "../test-support/run-ccb.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "ccb-generate-")));
  await writeFile(join(cwd, "spec.md"), ordersSpecification);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const files = {
  ...honestFiles,
  "src/total.js": `export function total(prices) {
  return prices.reduce((sum, price) => sum + price, 0);
}

export function discount(price, percent) {
  return price - (price * percent) / 100;
}
`,
};

const written = {
  preamble:
    'import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { discount, total } from "../src/total.js";',
  tests: [
    { target: "total", code: 'test("adds up", () => {\n  assert.equal(total([2, 5]), 7);\n});' },
    { target: "total", code: 'test("adds up wrongly", () => {\n  assert.equal(total([2, 5]), 8);\n});' },
    {
      target: "discount",
      code: 'test("discount is there", () => {\n  assert.equal(typeof discount, "function");\n});',
    },
  ],
  left: [],
};

test("--generate-tests keeps and commits what is proven, says of the rest why not, and asks once", {
  timeout: 180_000,
}, async () => {
  let asked = 0;
  const model = await createScriptedModel({
    rules: [
      {
        when: "test-generator",
        reply: () => {
          asked++;
          return { content: [{ type: "text", text: JSON.stringify(written) }] };
        },
      },
      ...scriptOrders(() => ({ tools: [bash(renderWrites(files))], says: "Done." })),
    ],
  });
  const run = (...args: string[]) =>
    runCcb({ args, cwd, environment: { ANTHROPIC_API_KEY: "sk-ant-test-0123456789abcdef" } });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: join(cwd, "out"), encoding: "utf8" });
  const path = "test/src_total.generated.test.js";
  try {
    const plain = await run("init", "spec.md", "--base-url", model.url, "--yes", "-o", "out");
    expect(plain.code).toBe(0);
    expect(asked).toBe(0);

    const made = await run("resume", "out", "--yes", "--generate-tests");
    expect(made.stdout).toContain(`${path}: tests for total in src/total.js`);
    expect(made.stdout).toMatch(/total: failed: /);
    expect(made.stdout).toContain("discount: proves-nothing: its tests pass although discount does nothing");
    expect(made.stdout).toContain("tests for 1 function generated and proven, 2 not kept");
    expect(made.code).toBe(0);
    expect(asked).toBe(1);
    expect(readFileSync(join(cwd, "out", path), "utf8")).toMatch(/adds up"[\s\S]*\}\);\n$/);
    expect(git("log", "--format=%(trailers:key=CCB-Generated-Tests,valueonly)")).toContain(path);
    expect(git("status", "--porcelain")).toBe("");
    expect(
      execFileSync(process.execPath, ["--test", path], { cwd: join(cwd, "out"), encoding: "utf8", env: {} }),
    ).toContain("adds up");

    const again = await run("resume", "out", "--yes", "--generate-tests");
    expect(again.code).toBe(0);
    expect(asked).toBe(1);
    expect(existsSync(join(cwd, "out/test/src_total_2.generated.test.js"))).toBe(false);
    const costs = await run("cost", "out", "--json");
    expect(costs.stdout).toContain("test-generator");
  } finally {
    await model.close();
  }
});
