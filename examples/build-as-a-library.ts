// Builds a specification from a program of your own, with an agent of your own in it, on the offline model.
// Run: node --conditions=ccb-source examples/build-as-a-library.ts
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CustomAgentInput, startBuild } from "@ccb/builder";
import { defineAgent, offlineModelId } from "@ccb/core";
import { createOfflineModel } from "@ccb/offline";
import { z } from "zod";

const riskReviewer = defineAgent<CustomAgentInput, { concerns: string[] }>({
  name: "risk-reviewer",
  description: "Names what could go wrong with a plan.",
  system: "You review plans of software projects and name at most five concerns.",
  prompt: ({ projectName, plan }) => `Project ${projectName}. Its plan: ${JSON.stringify(plan)}`,
  output: z.object({ concerns: z.array(z.string()).min(1).max(5) }),
});

const cwd = mkdtempSync(join(tmpdir(), "ccb-example-"));
const offline = await createOfflineModel();
const build = startBuild({
  specification: join(import.meta.dirname, "specs", "task-tracker.md"),
  cwd,
  outputDirectory: "task-tracker",
  model: offlineModelId,
  upstream: { baseUrl: offline.url, apiKey: "offline" },
  environment: { PATH: process.env.PATH ?? "", HOME: cwd },
  customAgents: [riskReviewer],
});

for await (const event of build.events) {
  if (event.type === "task-end") console.log(`${event.task}: ${event.outcome}, ${event.files} files`);
  if (event.type === "phase-end")
    console.log(`${event.phase}: ${event.criteriaPassed}/${event.criteriaTotal} criteria passed`);
}

const { outcome, directory = "", reason } = await build.result;
await offline.close();
console.log(`${outcome}: ${reason}`);
assert.equal(outcome, "done");
assert.ok(existsSync(join(directory, "artifacts", "trace.json")));
const review = JSON.parse(readFileSync(join(directory, "artifacts", "agents", "risk-reviewer.json"), "utf8"));
assert.ok(review.concerns.length > 0);
rmSync(cwd, { recursive: true });
