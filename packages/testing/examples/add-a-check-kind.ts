import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defineCheckKind, runCheck, testCheckKind } from "@ccb/testing";

/** Checks that a JSON file has a member of a certain value. */
const jsonMember = defineCheckKind<{ file: string; member: string; value: string }>({
  name: "json-member",
  version: 1,
  description: "looks at a member of a JSON file",
  parse(input) {
    const { file, member, value } = Object(input) as Record<string, unknown>;
    if (typeof file !== "string" || typeof member !== "string" || typeof value !== "string") {
      throw new TypeError("file, member and value are texts");
    }
    return { file, member, value };
  },
  async run({ file, member, value }, { cwd, signal }) {
    const text = await readFile(join(cwd, file), "utf8").catch(() => "{}");
    signal?.throwIfAborted();
    const received = String((JSON.parse(text) as Record<string, unknown>)[member]);
    const what = `${member} in ${file}`;
    return { observations: [{ passed: received === value, what, expected: value, received }], output: "" };
  },
});

const points = await testCheckKind({
  kind: jsonMember,
  passing: { input: { file: "a.json", member: "name", value: "shop" }, files: { "a.json": '{"name":"shop"}' } },
  failing: { input: { file: "a.json", member: "name", value: "shop" }, files: { "a.json": '{"name":"inn"}' } },
});
assert.deepEqual(
  points.filter(({ problem }) => problem !== undefined),
  [],
);
console.log(`${points.length} points held`);

const evidence = await runCheck({
  criterionId: "is-a-module",
  phaseId: "start",
  cwd: join(import.meta.dirname, ".."),
  kinds: [jsonMember],
  check: { kind: "custom", use: "json-member", input: { file: "package.json", member: "type", value: "module" } },
});
console.log(evidence.checkKind, evidence.summary);
assert.ok(evidence.passed);
