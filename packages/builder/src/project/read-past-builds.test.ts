import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noUsage } from "@ccb/core";
import { costMigrations, createCostLedger } from "@ccb/cost";
import { openStore } from "@ccb/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { planProjectPaths } from "./project-paths.ts";
import { readPastBuilds } from "./read-past-builds.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ccb-past-"));
  mkdirSync(join(folder, "new"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeProject(name: string, options: { plan?: object } = {}): void {
  const paths = planProjectPaths(join(folder, name));
  mkdirSync(paths.checkpoints, { recursive: true });
  mkdirSync(paths.artifacts);
  const task = { name: "n", description: "d", dependsOn: [], files: [], requirementIds: [], size: "M" };
  const tasks = ["routes", "pages", "lost"].map((id) => ({ ...task, id }));
  const plan = options.plan ?? { waivers: [], phases: [{ id: "p1", name: "P", goal: "g", tasks }] };
  writeFileSync(join(paths.artifacts, "plan.json"), JSON.stringify(plan));
  const forecast = { model: "claude-opus-5-5", lowMicroUsd: 1, expectedMicroUsd: 2, highMicroUsd: 3 };
  writeFileSync(join(paths.artifacts, "forecast.json"), JSON.stringify(forecast));
  const states = [
    { id: "routes", status: "done" },
    { id: "pages", status: "failed" },
    { id: "lost", status: "done" },
  ];
  writeFileSync(paths.latestState, JSON.stringify({ outcome: "failed", phases: [{ tasks: states }] }));
  using store = openStore({ path: paths.database, migrations: [costMigrations] });
  const ledger = createCostLedger({ store, build: name });
  const model = "claude-opus-5-5";
  const usage = { ...noUsage, outputTokens: 1_000 };
  for (const id of ["routes", "routes", "pages", "lost"]) {
    const scope = { build: name, phase: "p1", task: id, agent: "claude-code" };
    const result = ledger.reserve({ model, inputTokens: 0, maxOutputTokens: 1_000, scope });
    const status = id === "lost" ? "unknown" : "answered";
    if (result.granted)
      ledger.settle(result.reservationId, { status, model, usage, messageId: "m", latencyMs: 1, callNumber: 1 });
  }
}

test("the projects beside a new one teach what their finished tasks cost", () => {
  writeProject("old");
  expect(readPastBuilds(join(folder, "new"))).toMatchObject([
    {
      project: "old",
      isComplete: false,
      actualMicroUsd: 60_000,
      forecast: { expectedMicroUsd: 2 },
      // "pages" failed, and what "lost" cost is not known.
      tasks: [{ size: "M", model: "claude-opus-5-5", costMicroUsd: 40_000 }],
    },
  ]);
  expect(readPastBuilds(join(folder, "old"))).toEqual([]);
});

test("what is no project, has no plan or a broken database is left out", () => {
  writeProject("strange", { plan: { phases: "none" } });
  mkdirSync(join(folder, "folder"));
  mkdirSync(join(folder, "broken/.checkpoints"), { recursive: true });
  mkdirSync(join(folder, "broken/artifacts"));
  writeFileSync(
    join(folder, "broken/.checkpoints/build.db"),
    "no database at all, but long enough to be taken for one",
  );
  expect(readPastBuilds(join(folder, "new"))).toEqual([]);
});
