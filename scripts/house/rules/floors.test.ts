import { expect, test } from "vitest";
import { checkTree, manifestOf } from "../_check-tree.ts";
import { floorsRule } from "./floors.ts";

const core = { "packages/core/package.json": manifestOf("core"), "packages/core/src/index.ts": "" };

test("imports downwards pass; so do examples and benchmarks that use anything", () => {
  const result = checkTree(floorsRule, {
    ...core,
    "packages/store/package.json": manifestOf("store", { dependencies: { "@ccb/core": "*" } }),
    "packages/store/src/a.ts": 'import { x } from "@ccb/core/errors";',
    "packages/cost/package.json": manifestOf("cost", {
      dependencies: { "@ccb/core": "*" },
      devDependencies: { "@ccb/testing": "*" },
    }),
    "packages/cost/src/a.ts": 'import { x } from "@ccb/core"; import type { Y } from "@ccb/store";',
    "packages/cost/examples/a.ts": 'import { x } from "@ccb/testing";',
    "packages/cost/bench/a.ts": 'import { x } from "@ccb/builder";',
  });
  expect(result).toEqual({ lookedAt: 3, unit: "packages", problems: [] });
});

test("sideways, upwards and unknown imports are found: static, dynamic, re-exported, of types, in tests and in manifests", () => {
  const { problems } = checkTree(floorsRule, {
    ...core,
    "packages/core/src/a.ts": 'import { x } from "@ccb/store";',
    "packages/cost/package.json": manifestOf("cost", { dependencies: { "@ccb/gateway": "*" } }),
    "packages/cost/src/a.ts": 'export { x } from "@ccb/models";\nconst y = await import("@ccb/builder");',
    "packages/cost/src/b.ts": 'type T = import("@ccb/mcp").T;\nimport type { U } from "@ccb/agents";',
    "packages/cost/src/a.test.ts": 'import { x } from "@ccb/testing";',
    "packages/cost/src/c.ts": 'import { x } from "@ccb/nothing";',
  });
  expect(problems).toEqual([
    "packages/core/src/a.ts:1: imports @ccb/store, which stands beside it on floor 0",
    "packages/cost/package.json: depends on @ccb/gateway, which stands beside it on floor 1",
    "packages/cost/src/a.test.ts:1: imports @ccb/testing, which stands beside it on floor 1",
    "packages/cost/src/a.ts:1: imports @ccb/models, which stands beside it on floor 1",
    "packages/cost/src/a.ts:2: imports @ccb/builder, which stands above it on floor 2",
    "packages/cost/src/b.ts:1: imports @ccb/mcp, which stands beside it on floor 1",
    "packages/cost/src/b.ts:2: imports @ccb/agents, which stands beside it on floor 1",
    "packages/cost/src/c.ts:1: imports @ccb/nothing, which is no package of this house",
  ]);
});

test("a package without a floor is found, and so is an empty house", () => {
  expect(checkTree(floorsRule, { "packages/shed/package.json": manifestOf("shed") }).problems[0]).toContain(
    "has no floor",
  );
  expect(checkTree(floorsRule, { "README.md": "" }).problems).toEqual([
    "looked at 0 packages: the rule checked nothing",
  ]);
});
