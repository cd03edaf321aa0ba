import { readFileSync } from "node:fs";
import { acceptanceGenerator, specAnalyzer, taskGenerator } from "@ccb/agents";
import { extractRequirements } from "@ccb/context";
import { type Criterion, offlineModelId, type Plan, type Requirement } from "@ccb/core";
import { describe, expect, it } from "vitest";
import { askOffline } from "../../test-support/ask-offline.ts";

/** The criteria of every phase, asked for as a build does. */
async function criteriaOf(
  text: string,
  executorModel: string,
): Promise<{ criteria: Criterion[]; plan: Plan; requirements: Requirement[] }> {
  const requirements = extractRequirements(text);
  const specification = { text, complete: true, title: "" };
  const analysis = await askOffline(specAnalyzer, {
    chunk: { text, index: 0, total: 1 },
    requirements,
    projectName: "Sample",
  });
  const plan = await askOffline(taskGenerator, { specification, requirements, analysis, executorModel });
  const criteria: Criterion[] = [];
  for (const phase of plan.phases) {
    const ids = new Set(phase.tasks.flatMap((task) => task.requirementIds));
    const own = requirements.filter(({ id }) => ids.has(id));
    const answer = await askOffline(acceptanceGenerator, { phase, plan, requirements: own, specification, analysis });
    criteria.push(...answer.criteria);
  }
  return { criteria, plan, requirements };
}

const tracker = readFileSync(new URL("../../../../examples/specs/task-tracker.md", import.meta.url), "utf8");

describe("writePhaseCriteria", () => {
  it("checks every requirement of a service that the offline model builds", async () => {
    const { criteria, plan: made, requirements } = await criteriaOf(tracker, offlineModelId);
    expect(criteria.filter(({ check }) => check === null)).toEqual([]);
    expect(new Set(criteria.map(({ check }) => check?.kind))).toEqual(new Set(["http", "command", "file"]));
    const verified = new Set(criteria.flatMap(({ requirementIds }) => requirementIds));
    expect(verified.size + made.waivers.length).toBe(requirements.length);
  });

  it("names the lists' criterion for a requirement about pages, and no other of the same resource", async () => {
    const { criteria, requirements } = await criteriaOf(tracker, offlineModelId);
    const paging = requirements.find(({ text }) => /paginated/.test(text));
    const named = criteria.filter(({ requirementIds }) => requirementIds.includes(paging?.id ?? ""));
    expect(named.map(({ id }) => id)).toEqual(["projects-lists", "tasks-lists", "comments-lists"]);
  });

  it("takes a check from the words of a requirement, and says what a person has to do where there is none", async () => {
    const text = [
      "# Notes",
      "",
      "- `GET /health` must answer 200.",
      "- The repository must contain `README.md`.",
      "- `npm run lint` must succeed.",
      "- The page must look friendly.",
    ].join("\n");
    const { criteria } = await criteriaOf(text, "claude-opus-5-5");
    const stated = criteria.filter(({ requirementIds }) => requirementIds.length > 0);
    const checks = stated.map(({ check, validationMethod }) => check ?? validationMethod);
    expect(checks).toEqual([
      expect.objectContaining({
        kind: "http",
        requests: [expect.objectContaining({ path: "/health", expect: { status: 200 } })],
      }),
      expect.objectContaining({ kind: "file", path: "README.md" }),
      expect.objectContaining({ kind: "command", command: "npm run lint" }),
      expect.stringMatching(/^manual: /),
    ]);
  });
});
