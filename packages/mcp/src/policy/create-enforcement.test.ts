import type { ToolUse } from "@ccb/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mandatoryServers } from "../servers/mandatory-servers.ts";
import { createEnforcement, type PointJudgement, type PointViolation } from "./create-enforcement.ts";
import type { PolicySubject } from "./mcp-policy.ts";
import { parsePolicy } from "./parse-policy.ts";

const servers = mandatoryServers({ projectDirectory: "/a/project" });
const subject: PolicySubject = {
  firstOfPhase: true,
  lastOfPhase: false,
  size: "S",
  phaseText: "Serve it with express",
};

let calls = 0;
const nextCall = (name: string, input: unknown = {}) => ({
  id: `toolu_${++calls}`,
  name,
  server: /^mcp__(.+?)__/.exec(name)?.[1],
  input,
});
const ended = (name: string, more: Partial<ToolUse> = {}): ToolUse => ({
  ...nextCall(name),
  succeeded: true,
  response: "fine",
  durationMs: 1,
  endedAt: "2026-01-01T00:00:00.000Z",
  ...more,
});

function hold(options: { policy?: unknown; subject?: Partial<PolicySubject>; unavailable?: { name: string }[] } = {}) {
  const judged: PointJudgement[] = [];
  const violated: PointViolation[] = [];
  const enforcement = createEnforcement({
    policy: parsePolicy(options.policy ?? {}, { place: "test" }),
    servers,
    unavailable: options.unavailable ?? [],
    subject: { ...subject, ...options.subject },
    attempt: 1,
    onJudged: (judgement) => judged.push(judgement),
    onViolated: (violation) => violated.push(violation),
  });
  return { enforcement, judged, violated };
}

const edit = () => nextCall("Write", { file_path: "a.ts" });

describe("the look-up before the first edit of a phase", () => {
  it("is asked only in phases that stand on a library, in their first task, and where the server is there", () => {
    const asks = (options: Parameters<typeof hold>[0]) => hold(options).enforcement.beforeTool(edit()) !== undefined;
    expect(asks({})).toBe(true);
    expect(asks({ subject: { phaseText: "Sum two numbers" } })).toBe(false);
    expect(asks({ subject: { firstOfPhase: false } })).toBe(false);
    expect(asks({ unavailable: [{ name: "context7" }] })).toBe(false);
    expect(asks({ policy: { points: { phase_start: { level: "preferred" } } } })).toBe(false);
  });

  it("is not asked again after the first edit, and reading needs none", () => {
    const { enforcement } = hold();
    expect(enforcement.beforeTool(nextCall("Read", { file_path: "a.ts" }))).toBeUndefined();
    enforcement.onToolUse(ended("mcp__context7__query-docs"));
    expect(enforcement.beforeTool(edit())).toBeUndefined();
    expect(enforcement.beforeTool(edit())).toBeUndefined();
  });
});

describe("an edit that is seen only after it happened", () => {
  const notice = ({ enforcement }: ReturnType<typeof hold>, ...files: string[]) =>
    enforcement.noticeEdits({ files, by: "the command `make`" });

  it("is told once, asked for again at the end, and stays a violation whatever is used later", () => {
    const session = hold();
    const { enforcement, judged, violated } = session;
    expect(enforcement.awaitsFirstEdit()).toBe(true);
    expect(notice(session, "src/a.ts", "b", "c", "d")?.reason).toContain(
      "the command `make` changed src/a.ts, b, c and 1 more before these servers had been used",
    );
    expect(violated).toMatchObject([{ point: "phase_start", outcome: "noticed", refusal: 1 }]);
    expect(enforcement.awaitsFirstEdit()).toBe(false);
    enforcement.onToolUse(ended("mcp__memory__create_entities", { response: '[{"name":"a"}]' }));
    enforcement.onToolUse(ended("mcp__git__git_status"));
    expect(enforcement.beforeEnd()).toContain("context7");
    enforcement.onToolUse(ended("mcp__context7__query-docs"));
    expect(enforcement.beforeEnd()).toBeUndefined();
    expect(judged.filter(({ point }) => point === "phase_start").map(({ met }) => met)).toEqual([false]);
  });

  it("is nothing where the look-up was made, and makes what follows the last edit count anew", () => {
    const session = hold({ policy: { points: { checkpoint: { level: "required" } } } });
    const { enforcement, violated } = session;
    enforcement.onToolUse(ended("mcp__context7__query-docs"));
    enforcement.onToolUse(ended("mcp__memory__create_entities", { response: '[{"name":"a"}]' }));
    enforcement.onToolUse(ended("mcp__git__git_status"));
    expect(notice(session, "a.ts")).toBeUndefined();
    expect(violated).toEqual([]);
    expect(enforcement.beforeEnd()).toContain("not used since the last edit");
  });

  it("ends the session where the violation is critical and telling did not help; caches and lock files are no edits", () => {
    const session = hold({ policy: { limits: { refusals: 1 }, servers: { context7: { severity: "critical" } } } });
    expect(notice(session, "package-lock.json", "node_modules/x/a.js", "npm-debug.log")).toBeUndefined();
    expect(session.violated).toEqual([]);
    expect(notice(session, "a.ts")?.endSession).toBeUndefined();
    expect(notice(session, "a.ts")?.endSession).toBe(true);
    expect(session.enforcement.violation()).toContain("context7");
  });
});

it("a dependency needs a look-up, a deployment the custom server that names it", () => {
  const { enforcement, violated } = hold({ subject: { firstOfPhase: false } });
  expect(enforcement.beforeTool(nextCall("Bash", { command: "npm install express" }))?.reason).toContain("context7");
  expect(enforcement.beforeTool(nextCall("Bash", { command: "npm ci && npm test" }))).toBeUndefined();
  expect(violated.map(({ point }) => point)).toEqual(["research"]);
});

it("debugging begins after three failed commands in a row, and a thought before them does not count", () => {
  const { enforcement, violated } = hold({
    subject: { firstOfPhase: false, phaseText: "" },
    policy: { points: { debugging: { level: "required" } } },
  });
  const fail = () => enforcement.onToolUse(ended("Bash", { succeeded: false }));
  enforcement.onToolUse(ended("mcp__sequential-thinking__sequentialthinking"));
  fail();
  fail();
  expect(enforcement.beforeTool(edit())).toBeUndefined();
  fail();
  expect(enforcement.beforeTool(edit())?.reason).toContain("sequential-thinking");
  enforcement.onToolUse(ended("mcp__sequential-thinking__sequentialthinking"));
  expect(enforcement.beforeTool(edit())).toBeUndefined();
  expect(violated).toHaveLength(1);
});

it("debugging is also judged where a program that a command ran changes files, by what was called before that command", () => {
  const { enforcement, violated } = hold({
    subject: { firstOfPhase: false, phaseText: "" },
    policy: { points: { debugging: { level: "required" } } },
  });
  const patch = (succeeded: boolean) => {
    const command = nextCall("Bash", { command: "node scripts/fix.js" });
    expect(enforcement.beforeTool(command)).toBeUndefined();
    enforcement.onToolUse(ended("Bash", { succeeded }));
    return enforcement.noticeEdits({ files: ["src/a.ts"], by: "the command `node scripts/fix.js`" });
  };
  expect(patch(false)).toBeUndefined();
  expect(patch(false)).toBeUndefined();
  // Two have failed in a row; this is the third.
  expect(patch(false)).toBeUndefined();
  expect(patch(true)?.reason).toContain("sequential-thinking");
  expect(violated).toMatchObject([{ point: "debugging", outcome: "noticed" }]);
  // It succeeded: the row is over.
  expect(patch(false)).toBeUndefined();
  expect(patch(false)).toBeUndefined();
  expect(patch(false)).toBeUndefined();
  enforcement.onToolUse(ended("mcp__sequential-thinking__sequentialthinking"));
  expect(patch(true)).toBeUndefined();
  expect(violated).toHaveLength(1);
});

it("an item of the session's own list is not completed before the policy is met, and nothing is judged for it", () => {
  const { enforcement, judged } = hold();
  expect(enforcement.beforeEnd("task")).toContain("memory");
  enforcement.onToolUse(ended("mcp__memory__create_entities", { response: '[{"name":"a"}]' }));
  enforcement.onToolUse(ended("mcp__git__git_status"));
  expect(enforcement.beforeEnd("task")).toBeUndefined();
  expect(judged).toEqual([]);
  expect(enforcement.beforeEnd("session")).toBeUndefined();
  expect(judged.filter(({ point }) => point === "task_complete")).toMatchObject([
    { server: "memory", met: true, evidence: expect.stringContaining("mcp__memory__create_entities (toolu_") },
    { server: "git", met: true },
  ]);
});

it("never refuses one point more often than the policy says, whatever the session does", () => {
  const step = fc.constantFrom(
    "edit",
    "end",
    "bash",
    "program",
    "install",
    "mcp__memory__create_entities",
    "mcp__git__git_status",
    "mcp__context7__query-docs",
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 4 }), (steps, refusals) => {
      const { enforcement, violated, judged } = hold({ policy: { limits: { refusals } } });
      for (const name of steps) {
        if (name === "edit") enforcement.beforeTool(edit());
        else if (name === "end") enforcement.beforeEnd();
        else if (name === "program") enforcement.noticeEdits({ files: ["a.ts"], by: "it" });
        else if (name === "bash") enforcement.onToolUse(ended("Bash", { succeeded: false }));
        else if (name === "install") enforcement.beforeTool(nextCall("Bash", { command: "pip install flask" }));
        else enforcement.onToolUse(ended(name, { response: '[{"name":"a"}]' }));
      }
      for (const point of new Set(violated.map((violation) => violation.point))) {
        const here = violated.filter((violation) => violation.point === point);
        expect(here.filter(({ outcome }) => outcome !== "given-up").length).toBeLessThanOrEqual(refusals);
        expect(here.filter(({ outcome }) => outcome === "given-up").length).toBeLessThanOrEqual(1);
      }
      const used = (server: string) => steps.some((name) => name.startsWith(`mcp__${server}__`));
      for (const { server, met } of judged) if (met) expect(used(server)).toBe(true);
    }),
  );
});
