import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestOf, withTree } from "./_check-tree.ts";

const here = import.meta.dirname;

function runCheck(root: string) {
  const { status, stdout } = spawnSync(process.execPath, [join(here, "check.ts"), root], { encoding: "utf8" });
  return { status, lines: stdout.trim().split("\n") };
}

test("the command runs every rule there is, and each rule has a test", () => {
  const rules = readdirSync(join(here, "rules")).filter((file) => !file.endsWith(".test.ts"));
  const command = readFileSync(join(here, "check.ts"), "utf8");
  for (const file of rules) {
    expect(command).toContain(`./rules/${file}`);
    expect(readdirSync(join(here, "rules"))).toContain(file.replace(/\.ts$/, ".test.ts"));
  }
  const { status, lines } = withTree({ "empty.txt": "" }, runCheck);
  expect(status).toBe(1);
  expect(lines.filter((line) => line.startsWith("FAIL"))).toHaveLength(rules.length - 1);
  expect(lines).toContain("ok   machine traces: 1 files");
});

test("a broken rule is printed with its place and ends the command with 1", () => {
  const { status, lines } = withTree(
    { "packages/core/package.json": manifestOf("core"), "packages/core/src/index.ts": "export const x: any = 1;" },
    runCheck,
  );
  expect(status).toBe(1);
  expect(lines).toContain("ok   floors: 1 packages");
  expect(lines).toContain("FAIL type escapes: 1 files");
  expect(lines).toContain("       packages/core/src/index.ts:1: `any`; use unknown and narrow it, or a schema");
});
