import type { BuildEvent, BuildEventBody, Plan } from "@ccb/core";
import { describe, expect, test } from "vitest";
import { foldEvents, nothingSeen } from "./fold-events.ts";
import { type KnownBuild, renderBuildStatus } from "./render-build-status.ts";

const task = (id: string) => ({
  id,
  name: `Make ${id}`,
  description: id,
  dependsOn: [],
  files: [],
  requirementIds: [],
  size: "S" as const,
});
const plan: Plan = {
  waivers: [],
  phases: [
    { id: "core", name: "Core", goal: "g", tasks: [task("a"), task("b")] },
    { id: "docs", name: "Docs", goal: "g", tasks: [task("c")] },
  ],
};
const start = Date.parse("2026-11-28T10:00:00.000Z");

/** One event a second. */
function number(bodies: BuildEventBody[]): BuildEvent[] {
  return bodies.map((body, index) => ({
    ...body,
    sequence: index + 1,
    at: new Date(start + index * 1000).toISOString(),
  }));
}

const begin: BuildEventBody = {
  type: "build-start",
  build: "b",
  project: "P",
  directory: "/p",
  model: "m",
  resumed: false,
  capMicroUsd: 5_000_000,
};
const built = (id: string, phase = "core"): BuildEventBody[] => [
  { type: "task-start", phase, task: id, name: id, attempt: 1 },
  { type: "task-end", phase, task: id, outcome: "done", reason: "", commit: "abc", files: 1, durationMs: 900 },
];
const phaseEnd = (passed: boolean): BuildEventBody => ({
  type: "phase-end",
  phase: "core",
  passed,
  criteriaPassed: 1,
  criteriaTotal: 1,
  durationMs: 1,
});
const stageEnd: BuildEventBody = {
  type: "stage-end",
  stage: "instructions",
  reused: false,
  durationMs: 1,
  summary: "",
};
const end = (outcome: Extract<BuildEventBody, { type: "build-end" }>["outcome"]): BuildEventBody => ({
  type: "build-end",
  outcome,
  reason: "Because.",
  directory: "/p",
  costMicroUsd: 0,
  durationMs: 7000,
});

function status(bodies: BuildEventBody[], change: Partial<KnownBuild> = {}) {
  const events = number(bodies);
  return renderBuildStatus({
    directory: "/p",
    build: "b",
    project: "P",
    startedAt: new Date(start).toISOString(),
    seen: foldEvents(nothingSeen, events),
    plan,
    criteria: new Map([["core", 2]]),
    activities: new Map(),
    lastEvent: events.at(-1),
    costs: undefined,
    holder: { pid: 1, startedAt: "" },
    now: new Date(start + 60_000),
    ...change,
  });
}

const commands = (of: ReturnType<typeof status>) => of.next.map(({ command }) => command);

describe("the state of a build", () => {
  test("is running only where a process holds the lock; what ran is cut where none does", () => {
    const bodies: BuildEventBody[] = [
      begin,
      stageEnd,
      ...built("a"),
      { type: "task-start", phase: "core", task: "b", name: "b", attempt: 2 },
    ];
    const running = status(bodies, { activities: new Map([["b", "Bash npm test"]]) });
    expect(running).toMatchObject({ state: "running", stage: "execution", elapsedMs: 60_000 });
    expect(running.tasks).toEqual({ done: 1, running: 1, failed: 0, total: 3 });
    expect(running.phases[0]?.tasks[1]).toMatchObject({ status: "running", attempt: 2, activity: "Bash npm test" });
    expect(commands(running)).toEqual(["ccb status DIR --watch", "ccb pause DIR", "ccb stop DIR"]);

    const killed = status(bodies, { holder: undefined });
    expect(killed).toMatchObject({ state: "interrupted", elapsedMs: 4_000, remainingMs: undefined });
    expect(killed.phases.map((phase) => phase.tasks.map((one) => one.status))).toEqual([["done", "cut"], ["pending"]]);
    expect(commands(killed)).toEqual(["ccb resume DIR"]);
  });

  test("is paused and pausing as the build says", () => {
    const paused: BuildEventBody = { type: "state-changed", from: "building", to: "paused", reason: "r" };
    expect(status([begin, paused])).toMatchObject({ state: "paused" });
    expect(commands(status([begin, paused]))[0]).toBe("ccb resume DIR");
    expect(status([begin, { ...paused, to: "pausing" }]).state).toBe("pausing");
    expect(status([begin, paused], { holder: undefined }).state).toBe("interrupted");
  });

  test("names for each end the command that goes on from there", () => {
    const after = (outcome: Parameters<typeof end>[0]) => commands(status([begin, end(outcome)]))[0];
    expect(after("done")).toBeUndefined();
    expect(after("planned")).toBe("ccb init DIR/artifacts/specification.md --output-dir DIR");
    expect(after("budget-reached")).toBe("ccb resume DIR --max-cost 10");
    for (const outcome of ["failed", "stopped", "acceptance-failed"] as const) {
      expect(after(outcome)).toBe("ccb resume DIR");
    }
    expect(status([begin, end("failed")])).toMatchObject({ state: "ended", reason: "Because.", elapsedMs: 7000 });
  });

  test("a later run is a state of its own", () => {
    const again = status([begin, ...built("a"), end("failed"), begin]);
    expect(again).toMatchObject({ state: "running", outcome: undefined, tasks: { done: 1 } });
  });
});

describe("phases and tasks", () => {
  test("a phase is built, then accepted or not; a task that starts in it opens it again", () => {
    const phase = (bodies: BuildEventBody[]) => status(bodies).phases[0]?.status;
    const all = [begin, ...built("a"), ...built("b")];
    expect(phase([begin])).toBe("pending");
    expect(phase([begin, ...built("a")])).toBe("building");
    expect(phase(all)).toBe("built");
    expect(phase([...all, phaseEnd(true)])).toBe("accepted");
    expect(phase([...all, phaseEnd(false)])).toBe("not-accepted");
    expect(phase([...all, phaseEnd(false), ...built("repair-core")])).toBe("built");
  });

  test("a repair is shown with its phase and not counted as a task", () => {
    const repaired = status([
      begin,
      ...built("a"),
      ...built("b"),
      phaseEnd(false),
      ...built("repair-core"),
      phaseEnd(true),
    ]);
    expect(repaired.tasks).toMatchObject({ done: 2, total: 3 });
    expect(repaired.phases[0]?.tasks[2]).toMatchObject({ id: "repair-core", isRepair: true });
    expect(repaired.phases[0]?.status).toBe("accepted");
  });

  test("what a later run does not take over is pending again, and keeps nothing of its failure", () => {
    const failed: BuildEventBody = {
      type: "task-end",
      phase: "core",
      task: "b",
      outcome: "failed",
      reason: "it broke",
      commit: undefined,
      files: 0,
      durationMs: 5,
    };
    const reused: BuildEventBody = { ...failed, task: "a", outcome: "reused", reason: "earlier", commit: "abc" };
    const first = [begin, ...built("a"), failed];
    expect(status(first).phases[0]?.tasks[1]).toMatchObject({ status: "failed", reason: "it broke" });
    const second = status([...first, ...built("c", "docs"), end("failed"), begin, stageEnd, reused]);
    expect(second.phases.flatMap(({ tasks }) => tasks.map((one) => [one.id, one.status, one.reason]))).toEqual([
      ["a", "done", undefined],
      ["b", "pending", undefined],
      ["c", "pending", undefined],
    ]);
    expect(second.phases[0]?.tasks[0]?.durationMs).toBe(900);
  });

  test("without a readable plan the events tell of the tasks", () => {
    const bare = status([begin, { type: "phase-start", phase: "core", name: "Core", tasks: 1 }, ...built("a")], {
      plan: undefined,
    });
    expect(bare.phases).toMatchObject([{ id: "core", name: "Core", tasks: [{ id: "a", isRepair: false }] }]);
    expect(bare.tasks.total).toBe(1);
  });

  test("criteria count by their last look", () => {
    const checked = (passed: boolean): BuildEventBody => ({
      type: "criterion-checked",
      phase: "core",
      criterion: "F1",
      description: "",
      passed,
      summary: "",
      durationMs: 1,
    });
    expect(status([begin, checked(false)]).criteria).toEqual({ passed: 0, failed: 1, total: 2 });
    expect(status([begin, checked(false), checked(true)]).criteria).toEqual({ passed: 1, failed: 0, total: 2 });
  });
});

test("the time left runs down between two reports of it", () => {
  const progress: BuildEventBody = {
    type: "progress",
    doneTasks: 1,
    totalTasks: 3,
    costMicroUsd: 0,
    elapsedMs: 1,
    remainingMs: 100_000,
  };
  expect(status([begin, progress]).remainingMs).toBe(41_000);
  expect(status([begin, progress], { now: new Date(start + 500_000) }).remainingMs).toBe(0);
});

test("keeps the last five problems of the run", () => {
  const warn = (message: string): BuildEventBody => ({ type: "warning", message });
  const many = ["1", "2", "3", "4", "5", "6"].map(warn);
  expect(status([begin, warn("old"), begin, ...many]).problems).toEqual(["2", "3", "4", "5", "6"]);
});
