import type { BuildEvent, BuildEventBody } from "@ccb/core";
import { expect, it } from "vitest";
import { sumCompliance } from "./sum-compliance.ts";

const place = { phase: "p", task: "t" };
const judged = (server: string, met: boolean, attempt = 1): BuildEventBody => ({
  type: "mcp-judged",
  ...place,
  attempt,
  point: "task_complete",
  server,
  level: "required",
  met,
  evidence: met ? "call 1" : "it was not used",
});

function number(bodies: BuildEventBody[]): BuildEvent[] {
  return bodies.map((body, at) => ({ ...body, sequence: at + 1, at: "2026-01-01T00:00:00.000Z" }));
}

it("counts by server and point, and says task by task what was missing", () => {
  const used = { type: "mcp-used", ...place, server: "memory", tool: "x", succeeded: true } as const;
  const report = sumCompliance(
    number([
      used,
      { ...used, succeeded: false },
      { type: "mcp-violated", ...place, point: "task_complete", servers: ["git"], refusal: 1, outcome: "refused" },
      { type: "mcp-violated", ...place, point: "task_complete", servers: ["git"], refusal: 2, outcome: "given-up" },
      judged("memory", true),
      judged("git", false),
      judged("memory", true, 2),
      judged("git", true, 2),
      { ...judged("context7", false), level: "preferred" } as BuildEventBody,
      { type: "mcp-unavailable", server: "context7", reason: "no network" },
    ]),
  );
  expect(report.rate).toBe(3 / 4);
  expect(report.rows.map(({ server, judged, met, refusals }) => [server, judged, met, refusals])).toEqual([
    ["context7", 1, 0, 0],
    ["git", 2, 1, 1],
    ["memory", 2, 2, 0],
  ]);
  expect(report.tasks).toMatchObject([
    {
      task: "t",
      attempts: 2,
      calls: 2,
      failedCalls: 1,
      violations: [
        { attempt: 1, server: "git", why: "it was not used" },
        { server: "context7", level: "preferred" },
      ],
    },
  ]);
  expect(report.unavailable).toEqual([{ server: "context7", reason: "no network" }]);
});

it("claims nothing where nothing was judged", () => {
  expect(sumCompliance([])).toEqual({ rate: undefined, rows: [], tasks: [], unavailable: [] });
});
