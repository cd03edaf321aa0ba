import { expect, it } from "vitest";
import { defaultPolicy } from "./default-policy.ts";
import { parsePolicy } from "./parse-policy.ts";

const parse = (content: unknown) => parsePolicy(content, { place: "mcp.yaml" });

it("lays what a file names over the default, and leaves the rest", () => {
  const policy = parse({
    limits: { redos: 0 },
    points: { file_write: { level: "required" } },
    servers: { context7: { severity: "critical", relevant_to: [] }, reviewer: { enforce_at: ["phase_complete"] } },
  });
  expect(policy.limits).toEqual({ refusals: 3, redos: 0 });
  expect(policy.points.file_write).toEqual({ ...defaultPolicy.points.file_write, level: "required" });
  expect(policy.points.task_complete).toEqual(defaultPolicy.points.task_complete);
  expect(policy.servers.context7).toMatchObject({
    severity: "critical",
    relevantTo: [],
    enforceAt: ["phase_start", "before_implementation", "research"],
  });
  expect(policy.servers.reviewer).toMatchObject({ severity: "critical", enforceAt: ["phase_complete"] });
  expect(parse({})).toEqual(defaultPolicy);
});

it.each([
  [
    { points: { task_complete: { level: "always" } } },
    "policy.points.task_complete.level: expected one of required, preferred, off",
    '"always"',
  ],
  [{ points: { lunch: {} } }, "policy.points: expected no lunch", ""],
  [
    { servers: { git: { failure_patterns: ["("] } } },
    "policy.servers.git.failure_patterns.0: expected a regular expression",
    '"("',
  ],
  [{ limits: { refusals: -1 } }, "policy.limits.refusals", "-1"],
  [{ limit: {} }, "expected no limit", ""],
  ["strict", "policy: ", '"strict"'],
])("%j is refused with its place", (content, place, received) => {
  expect(() => parse(content)).toThrow(
    expect.objectContaining({ code: "bad-input", message: expect.stringContaining(place) }),
  );
  expect(() => parse(content)).toThrow(received);
});
