// Plans a specification without building it: analysis, plan, criteria and forecast, by rule and without a key.
// Run: node --conditions=ccb-source packages/builder/examples/plan-a-spec.ts
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBuild } from "@ccb/builder";
import { offlineModelId } from "@ccb/core";
import { createOfflineModel } from "@ccb/offline";

const cwd = mkdtempSync(join(tmpdir(), "ccb-plan-"));
writeFileSync(
  join(cwd, "spec.md"),
  "# Notes\n\n- The service must answer GET /health with 200.\n- The service must store notes.\n",
);

const model = await createOfflineModel();
const build = startBuild({
  specification: "spec.md",
  cwd,
  outputDirectory: "plan",
  dryRun: true,
  model: "claude-opus-5-5",
  planningModel: offlineModelId,
  upstream: { baseUrl: model.url, apiKey: "offline" },
  environment: { PATH: process.env.PATH ?? "", HOME: cwd },
});
for await (const event of build.events) if (event.type === "stage-end") console.log(event.stage, "-", event.summary);
const { outcome, summary } = await build.result;
console.log(outcome, "-", summary?.requirements.requirements, "requirements");

await model.close();
assert.equal(outcome, "planned");
assert.equal(summary?.costMicroUsd, 0);
rmSync(cwd, { recursive: true });
