import type { Plan } from "@ccb/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { advanceBuild } from "./advance-build.ts";
import { type BuildEffect, type BuildInput, type BuildPolicy, defineInitialState } from "./build-state.ts";

/** Plans whose tasks depend only on earlier ones, as validatePlan guarantees. */
const plans: fc.Arbitrary<Plan> = fc
  .array(fc.array(fc.array(fc.nat(20), { maxLength: 2 }), { minLength: 1, maxLength: 4 }), { maxLength: 4 })
  .map((phases) => {
    const ids: string[] = [];
    return {
      waivers: [],
      phases: phases.map((tasks, phaseIndex) => ({
        id: `p${phaseIndex}`,
        name: `p${phaseIndex}`,
        goal: "g",
        tasks: tasks.map((picks) => {
          const dependsOn = ids.length === 0 ? [] : [...new Set(picks.map((pick) => ids[pick % ids.length] as string))];
          const id = `t${ids.length}`;
          ids.push(id);
          return { id, name: id, description: id, dependsOn, files: [], requirementIds: [], size: "S" as const };
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
});

/** Answers an effect with something that can come of it; `luck` decides which. */
function answer(effect: BuildEffect, plan: Plan, luck: boolean): BuildInput {
  switch (effect.type) {
    case "run-stage":
      return { type: "stage-finished", stage: effect.stage, ...(effect.stage === "plan" ? { plan } : {}) };
    case "run-task":
      return luck
        ? { type: "task-finished", task: effect.task }
        : { type: "task-failed", task: effect.task, retryable: true, reason: "bad luck" };
    case "check-phase":
      return { type: "phase-checked", phase: effect.phase, passed: luck, reason: "bad luck" };
    case "repair-phase":
      return { type: "phase-repaired", phase: effect.phase };
    case "end":
      throw new Error("an ended build is not answered");
  }
}

test("every build ends, whatever comes of its steps, and runs no task before what it depends on", () => {
  fc.assert(
    fc.property(plans, policies, fc.infiniteStream(fc.boolean()), (plan, policy, luck) => {
      const done = new Set<string>();
      let step = advanceBuild(defineInitialState(policy), { type: "started" });
      for (let count = 0; ; count++) {
        expect(count).toBeLessThan(500);
        const effect = step.effects[0];
        if (!effect) throw new Error(`nothing to do in ${step.state.stage}`);
        if (effect.type === "end") break;
        const input = answer(effect, plan, luck.next().value);
        if (effect.type === "run-task") {
          const task = plan.phases.flatMap((phase) => phase.tasks).find(({ id }) => id === effect.task);
          for (const dependency of task?.dependsOn ?? []) expect(done.has(dependency)).toBe(true);
        }
        if (input.type === "task-finished") done.add(input.task);
        step = advanceBuild(step.state, input);
      }
      expect(step.state.stage).toBe("ended");
      const states = step.state.phases.flatMap((phase) => phase.tasks);
      if (step.state.outcome === "done") expect(states.every((task) => task.status === "done")).toBe(true);
      expect(advanceBuild(step.state, { type: "started" }).effects).toEqual([]);
    }),
  );
});

test("a build that was interrupted ends at once with that outcome, from any state", () => {
  fc.assert(
    fc.property(plans, policies, fc.nat(30), (plan, policy, steps) => {
      let step = advanceBuild(defineInitialState(policy), { type: "started" });
      for (let count = 0; count < steps; count++) {
        const effect = step.effects[0];
        if (!effect || effect.type === "end") return;
        step = advanceBuild(step.state, answer(effect, plan, true));
      }
      if (step.state.stage === "ended") return;
      const ended = advanceBuild(step.state, { type: "interrupted", outcome: "stopped", reason: "Ctrl-C" });
      expect(ended.effects).toEqual([{ type: "end", outcome: "stopped", reason: "Ctrl-C" }]);
    }),
  );
});
