import { expect, test } from "vitest";
import { renderPlan } from "./render-plan.ts";

test("the plan shows its graph, its criteria and what is waived with the reason", () => {
  const task = { description: "-", files: [], size: "S" as const };
  const text = renderPlan({
    project: "notes",
    plan: {
      phases: [
        {
          id: "one",
          name: 'The "first"',
          goal: "It runs.",
          tasks: [
            { ...task, id: "end", name: "Last word", dependsOn: [], requirementIds: ["R-1"] },
            { ...task, id: "api", name: "API", dependsOn: ["end"], requirementIds: [] },
          ],
        },
      ],
      waivers: [{ requirementId: "R-2", reason: "no printer" }],
    },
    criteria: [
      {
        phase: "one",
        criteria: [
          {
            id: "FC1",
            category: "functional",
            description: "It answers",
            steps: [],
            expectedResult: "200",
            validationMethod: "http",
            testData: [],
            requirementIds: ["R-1"],
            check: null,
          },
        ],
      },
    ],
    requirements: [
      {
        id: "R-2",
        text: "It prints\nlabels.",
        kind: "functional",
        priority: "should",
        span: { start: 0, end: 1, startLine: 1, endLine: 1 },
        hash: "h",
        headingPath: [],
      },
    ],
  });
  expect(text).toContain('subgraph p0 ["The #quot;first#quot;"]');
  expect(text).toContain("t_end --> t_api");
  expect(text).toContain("`FC1` It answers (cannot be checked by a machine)");
  expect(text).toContain("`R-2` It prints labels.: no printer");
});
