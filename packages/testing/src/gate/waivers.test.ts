import assert from "node:assert/strict";
import { CcbError } from "@ccb/core";
import { test } from "vitest";
import { judgeTree } from "./judge-tree.ts";
import { applyWaivers, parseWaivers } from "./waivers.ts";

const code = "export const a = 1; // TODO: read it from the settings\n";
const [finding] = judgeTree({ "src/a.ts": code }).findings;

function sign(changes: Record<string, unknown> = {}): string {
  const entry = {
    path: "src/a.ts",
    rule: "todo",
    codeHash: finding?.codeHash,
    signedBy: "Ann Example",
    reason: "The setting comes with issue 12.",
    ...changes,
  };
  return JSON.stringify({ waivers: [entry] });
}

test("a signed finding is waived, until its code changes or its day comes", () => {
  const waivers = parseWaivers(sign({ until: "2027-01-31" }));
  const judge = (text: string, today: string) =>
    applyWaivers(judgeTree({ "src/a.ts": text }).findings, { waivers, today });
  const now = judge(code, "2026-11-28");
  assert.deepEqual(
    { left: now.findings.length, waived: now.waived.length, lapsed: now.lapsed.length },
    { left: 0, waived: 1, lapsed: 0 },
  );
  const changed = judge(code.replace("settings", "environment"), "2026-11-28");
  assert.deepEqual({ left: changed.findings.length, lapsed: changed.lapsed.length }, { left: 1, lapsed: 1 });
  assert.equal(judge(code, "2027-01-31").findings.length, 1);
});

test("a waiver of one file does not reach another", () => {
  const { findings } = judgeTree({ "src/b.ts": code });
  assert.equal(applyWaivers(findings, { waivers: parseWaivers(sign()), today: "2026-11-28" }).findings.length, 1);
});

test("a waiver without a name, a reason, a rule or a hash is refused, and says which", () => {
  for (const [name, value] of [
    ["signedBy", ""],
    ["reason", "ok"],
    ["rule", "everything"],
    ["codeHash", "*"],
    ["until", "soon"],
  ]) {
    assert.throws(
      () => parseWaivers(sign({ [name ?? ""]: value })),
      (error) => CcbError.isInstance(error) && error.code === "bad-input" && error.message.includes(name ?? "?"),
    );
  }
  assert.throws(() => parseWaivers("{"), /not JSON/);
  assert.throws(() => parseWaivers("[]"), /waivers/);
});
