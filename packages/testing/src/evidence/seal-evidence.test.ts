import type { Evidence } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestProject } from "../_test-project.ts";
import { runCheck } from "../check/run-check.ts";
import { isIntactEvidence, sealEvidence } from "./seal-evidence.ts";

async function gather(): Promise<Evidence> {
  await using project = await createTestProject({ "a.txt": "hello" });
  const clock = { now: () => new Date(0), monotonicMs: () => 5 };
  const check = { kind: "file" as const, path: "a.txt", expect: { exists: false } };
  return runCheck({ criterionId: "c", phaseId: "p", commit: "abc", cwd: project.cwd, clock, check });
}

test("evidence says what was run, where, when and on what, and survives a way through JSON", async () => {
  const evidence = await gather();
  expect(evidence).toMatchObject({
    passed: false,
    check: { kind: "file", path: "a.txt" },
    place: { sandbox: "none", platform: process.platform },
    startedAt: "1970-01-01T00:00:00.000Z",
    commit: "abc",
  });
  expect(isIntactEvidence(JSON.parse(JSON.stringify(evidence)))).toBe(true);
  expect((await gather()).id).toBe(evidence.id);
});

test("whatever is changed afterwards is seen", async () => {
  const evidence = await gather();
  const changes = fc.oneof<fc.Arbitrary<Partial<Evidence>>[]>(
    fc.constant({ passed: true }),
    fc.record({ summary: fc.string() }),
    fc.record({ commit: fc.string() }),
    fc.record({ output: fc.string({ minLength: 1 }) }),
    fc.constant({ observations: [] }),
    fc.constant({ check: { kind: "file" as const, path: "b.txt", expect: { exists: false } } }),
    fc.constant({ id: undefined }),
  );
  fc.assert(
    fc.property(changes, (change) => {
      fc.pre(Object.entries(change).some(([name, value]) => value !== evidence[name as keyof Evidence]));
      expect(isIntactEvidence({ ...evidence, ...change } as Evidence)).toBe(false);
    }),
  );
  const { id: _id, ...content } = evidence;
  const reordered = Object.fromEntries(Object.entries(content).reverse()) as Omit<Evidence, "id">;
  expect(sealEvidence(reordered).id).toBe(evidence.id);
});
