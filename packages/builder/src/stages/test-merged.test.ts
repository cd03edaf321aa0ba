import type { Check, Criterion, Plan } from "@ccb/core";
import { expect, test } from "vitest";
import { chooseMergeCriteria } from "./test-merged.ts";

const task = (id: string, requirementIds: string[]) => ({
  id,
  name: id,
  description: id,
  dependsOn: [],
  files: [],
  requirementIds,
  size: "S" as const,
});

const plan: Plan = {
  waivers: [],
  phases: [
    { id: "p", name: "p", goal: "g", tasks: [task("a", ["R1", "R2"]), task("b", ["R2", "R3"])] },
    { id: "q", name: "q", goal: "g", tasks: [task("c", ["R3", "R4"])] },
  ],
};

const exists: Check = { kind: "file", path: "x", expect: { exists: true } };

function criterion(id: string, requirementIds: string[], check: Check | null = exists): Criterion {
  const words = { category: "functional" as const, description: id, steps: [], expectedResult: "", testData: [] };
  return { id, requirementIds, validationMethod: "file", check, ...words };
}

test("a merge is tested by what is fulfilled as a whole, can be checked and is quick", () => {
  const load: Check = {
    kind: "load",
    service: { command: "node server.js", readyPath: "/" },
    requests: [{ method: "GET", path: "/" }],
    concurrency: 1,
    durationMs: 1000,
    expect: { errorRate: 0 },
  };
  const criteria = [
    criterion("one", ["R1"]),
    criterion("shared", ["R2"]),
    criterion("both", ["R1", "R2"]),
    criterion("later", ["R3"]),
    criterion("half", ["R1", "R4"]),
    criterion("nobody", []),
    criterion("by-hand", ["R1"], null),
    criterion("slow", ["R1"], load),
  ];
  const chosen = (...merged: string[]) =>
    chooseMergeCriteria({ plan, criteria, merged: new Set(merged) }).map(({ id }) => id);
  expect(chosen("a")).toEqual(["one"]);
  expect(chosen("a", "b")).toEqual(["one", "shared", "both"]);
  expect(chosen("a", "b", "c")).toEqual(["one", "shared", "both", "later", "half"]);
});
