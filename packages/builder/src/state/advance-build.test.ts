import type { Plan } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { advanceBuild } from "./advance-build.ts";
import {
  type BuildEffect,
  type BuildInput,
  type BuildPolicy,
  type BuildState,
  type BuildStep,
  defineInitialState,
  type WorkEffect,
} from "./build-state.ts";
import { mayTouchTheSame } from "./choose-tasks.ts";
import { lifecycleOf } from "./lifecycle.ts";

const fileNames = ["src/a.ts", "src/b.ts", "src/c.ts", "docs", "docs/x.md"];

/** Plans whose tasks depend only on earlier ones, as validatePlan guarantees. */
const plans: fc.Arbitrary<Plan> = fc
  .array(
    fc.array(
      fc.record({
        picks: fc.array(fc.nat(20), { maxLength: 2 }),
        files: fc.array(fc.constantFrom(...fileNames), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    { maxLength: 4 },
  )
  .map((phases) => {
    const ids: string[] = [];
    return {
      waivers: [],
      phases: phases.map((tasks, phaseIndex) => ({
        id: `p${phaseIndex}`,
        name: `p${phaseIndex}`,
        goal: "g",
        tasks: tasks.map(({ picks, files }) => {
          const dependsOn = ids.length === 0 ? [] : [...new Set(picks.map((pick) => ids[pick % ids.length] as string))];
          const id = `t${ids.length}`;
          ids.push(id);
          return { id, name: id, description: id, dependsOn, files, requirementIds: [], size: "S" as const };
        }),
      })),
    };
  });

const policies: fc.Arbitrary<BuildPolicy> = fc.record({
  dryRun: fc.boolean(),
  skipTests: fc.boolean(),
  continueOnError: fc.boolean(),
  phases: fc.constant(undefined),
  maxTaskAttempts: fc.integer({ min: 1, max: 3 }),
  maxRepairs: fc.integer({ min: 0, max: 2 }),
  parallelTasks: fc.integer({ min: 1, max: 4 }),
});

/** What may come of the world: which effect is answered next, how, and whether somebody pauses in between. */
const moves = fc.record({ pick: fc.nat(100), luck: fc.nat(9), pause: fc.nat(9) });

/** Answers an effect with something that can come of it. */
function answer(effect: WorkEffect, plan: Plan, isLucky: boolean): BuildInput {
  switch (effect.type) {
    case "run-stage":
      return { type: "stage-finished", stage: effect.stage, ...(effect.stage === "plan" ? { plan } : {}) };
    case "run-task":
      return isLucky
        ? { type: "task-finished", task: effect.task }
        : {
            type: "task-failed",
            task: effect.task,
            next: { type: "retry", delayMs: 0, isCounted: true },
            reason: "bad luck",
          };
    case "check-phase":
      return { type: "phase-checked", phase: effect.phase, passed: isLucky, reason: "bad luck" };
    case "repair-phase":
      return { type: "phase-repaired", phase: effect.phase };
  }
}

interface World {
  state: BuildState;
  open: WorkEffect[];
  ending: Extract<BuildEffect, { type: "end" }> | undefined;
}

function take(world: World, step: BuildStep): void {
  world.state = step.state;
  for (const effect of step.effects) {
    if (effect.type === "end") world.ending = effect;
    else world.open.push(effect);
  }
}

function begin(policy: BuildPolicy): World {
  const world: World = { state: defineInitialState(policy), open: [], ending: undefined };
  take(world, advanceBuild(world.state, { type: "started" }));
  return world;
}

/** Feeds one input; `check` sees each effect as it is given out. */
function move(world: World, plan: Plan, by: { pick: number; luck: number; pause: number }): BuildInput | undefined {
  if (by.pause === 0 && !world.state.paused) {
    take(world, advanceBuild(world.state, { type: "pause-requested" }));
    return undefined;
  }
  const [effect] = world.open.splice(by.pick % Math.max(1, world.open.length), 1);
  if (!effect) {
    expect(world.state.paused).toBe(true);
    take(world, advanceBuild(world.state, { type: "resume-requested" }));
    return undefined;
  }
  const input = answer(effect, plan, by.luck > 2);
  take(world, advanceBuild(world.state, input));
  return input;
}

test("every build ends, in whatever order its work ends and whatever comes of it; nothing runs before what it depends on or beside what shares a file", () => {
  fc.assert(
    fc.property(plans, policies, fc.infiniteStream(moves), (plan, policy, stream) => {
      const tasks = new Map(plan.phases.flatMap((phase) => phase.tasks.map((task) => [task.id, task] as const)));
      const done = new Set<string>();
      const world = begin(policy);
      for (let count = 0; !world.ending; count++) {
        expect(count).toBeLessThan(2000);
        const input = move(world, plan, stream.next().value);
        if (input?.type === "task-finished") done.add(input.task);
        const running = world.open.flatMap((effect) => (effect.type === "run-task" ? [effect.task] : []));
        expect(running.length).toBeLessThanOrEqual(policy.parallelTasks);
        expect(new Set(running).size).toBe(running.length);
        for (const id of running) {
          for (const dependency of tasks.get(id)?.dependsOn ?? []) expect(done).toContain(dependency);
          for (const other of running) {
            if (other === id) continue;
            expect(mayTouchTheSame(tasks.get(id)?.files ?? [], tasks.get(other)?.files ?? [])).toBe(false);
          }
        }
      }
      expect(world.open).toEqual([]);
      expect(world.state.stage).toBe("ended");
      if (world.state.outcome === "done") {
        expect(world.state.phases.flatMap((phase) => phase.tasks).every((task) => task.status === "done")).toBe(true);
      }
      expect(advanceBuild(world.state, { type: "started" }).effects).toEqual([]);
    }),
  );
});

test("a build that is interrupted starts nothing more, ends when what is under way has ended, and keeps the first reason", () => {
  fc.assert(
    fc.property(plans, policies, fc.array(moves, { maxLength: 30 }), (plan, policy, given) => {
      const world = begin(policy);
      for (const one of given) if (!world.ending) move(world, plan, one);
      if (world.ending) return;
      // A build that is about to end, because something failed and the rest is waited for, keeps that reason.
      const ending = world.state.ending ?? { outcome: "stopped", reason: "Ctrl-C" };
      take(world, advanceBuild(world.state, { type: "interrupted", outcome: "stopped", reason: "Ctrl-C" }));
      const left = world.open.splice(0);
      for (const effect of left) {
        take(world, advanceBuild(world.state, answer(effect, plan, true)));
        expect(world.open).toEqual([]);
      }
      expect(world.ending).toEqual({ type: "end", ...ending });
      expect(lifecycleOf(world.state)).toBe("failed");
    }),
  );
});

test("a task that the model server turned away is tried again after a rest, and uses up none of its attempts", () => {
  const task = {
    id: "t",
    name: "t",
    description: "t",
    dependsOn: [],
    files: ["a"],
    requirementIds: [],
    size: "S" as const,
  };
  const plan: Plan = { waivers: [], phases: [{ id: "p", name: "p", goal: "g", tasks: [task] }] };
  const policy = { dryRun: false, skipTests: false, continueOnError: false, phases: undefined };
  const world = begin({ ...policy, maxTaskAttempts: 1, maxRepairs: 0, parallelTasks: 1 });
  while (world.open[0]?.type === "run-stage")
    take(world, advanceBuild(world.state, answer(world.open.shift() as WorkEffect, plan, true)));
  const failWith = (next: Extract<BuildInput, { type: "task-failed" }>["next"]) => {
    expect(world.open).toMatchObject([{ type: "run-task", task: "t", attempt: 1 }]);
    world.open = [];
    take(world, advanceBuild(world.state, { type: "task-failed", task: "t", next, reason: "HTTP 529" }));
  };
  failWith({ type: "retry", delayMs: 5, isCounted: false });
  for (let round = 0; round < 3; round++) {
    failWith({ type: "rest", resumeAfterMs: 1000 });
    expect(world.open).toEqual([]);
    expect(lifecycleOf(world.state)).toBe("paused");
    expect(world.state.pauseReason).toBe("HTTP 529");
    take(world, advanceBuild(world.state, { type: "rest-ended" }));
  }
  failWith({ type: "rest", resumeAfterMs: 1000 });
  take(world, advanceBuild(world.state, { type: "pause-requested" }));
  // Somebody asked for a pause meanwhile: only somebody ends it.
  take(world, advanceBuild(world.state, { type: "rest-ended" }));
  expect(lifecycleOf(world.state)).toBe("paused");
  take(world, advanceBuild(world.state, { type: "resume-requested" }));
  failWith({ type: "retry", delayMs: 0, isCounted: true });
  expect(world.state.outcome).toBe("failed");
});

test("an input that answers nothing under way changes nothing", () => {
  const { state } = begin({
    dryRun: false,
    skipTests: false,
    continueOnError: false,
    phases: undefined,
    maxTaskAttempts: 2,
    maxRepairs: 1,
    parallelTasks: 2,
  });
  for (const input of [
    { type: "task-finished", task: "nowhere" },
    { type: "stage-finished", stage: "plan" },
    { type: "phase-checked", phase: "none", passed: true, reason: "" },
    { type: "interrupted", effect: "task:nowhere", outcome: "failed", reason: "late" },
  ] satisfies BuildInput[]) {
    expect(advanceBuild(state, input)).toEqual({ state, effects: [] });
  }
});

test("declared files overlap by name, by folder, by pattern and where nothing is declared", () => {
  expect(mayTouchTheSame(["src/a.ts"], ["src/b.ts"])).toBe(false);
  expect(mayTouchTheSame(["src/a.ts"], ["./src//A.ts"])).toBe(true);
  expect(mayTouchTheSame(["src"], ["src/deep/b.ts"])).toBe(true);
  expect(mayTouchTheSame(["src/*.ts"], ["src/b.ts"])).toBe(true);
  expect(mayTouchTheSame(["src/a"], ["src/ab"])).toBe(false);
  expect(mayTouchTheSame([], ["src/b.ts"])).toBe(true);
  expect(mayTouchTheSame(["**/*.ts"], ["docs/x.md"])).toBe(true);
});
