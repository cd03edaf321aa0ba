import { listTasks, type Plan, planSchema, validatePlan } from "@ccb/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergePlans } from "./merge-plans.ts";

const names = ["core", "api", "auth", "a".repeat(63), "b"];

/** A valid plan over requirements of its own: every task depends on tasks before it, and half of the requirements may be waived. */
function planOf(part: number): fc.Arbitrary<Plan> {
  const task = fc.record({
    size: fc.constantFrom("S" as const, "M" as const),
    back: fc.nat(3),
    isWaived: fc.boolean(),
  });
  return fc
    .record({ tasks: fc.array(task, { minLength: 1, maxLength: 5 }), split: fc.nat(4) })
    .map(({ tasks, split }) => {
      const made = tasks.map(({ size, back, isWaived }, index) => ({
        id: names[index] ?? "x",
        name: "Task",
        description: "Do it.",
        dependsOn: back > 0 && back <= index ? [names[index - back] ?? "x"] : [],
        files: [],
        requirementIds: isWaived ? [] : [`R-${part}-${index}`],
        size,
      }));
      const at = Math.min(split + 1, made.length);
      const groups = [made.slice(0, at), made.slice(at)].filter((group) => group.length > 0);
      return {
        phases: groups.map((group, index) => ({ id: names[index] ?? "x", name: "Phase", goal: "Runs.", tasks: group })),
        waivers: tasks.flatMap(({ isWaived }, index) =>
          isWaived ? [{ requirementId: `R-${part}-${index}`, reason: "Not now." }] : [],
        ),
      };
    });
}

function requirementsOf(plans: Plan[]): string[] {
  return plans.flatMap((plan) => [
    ...listTasks(plan).flatMap(({ task }) => task.requirementIds),
    ...plan.waivers.map((waiver) => waiver.requirementId),
  ]);
}

describe("mergePlans", () => {
  it("makes a valid plan of valid plans and loses nothing", () => {
    const parts = fc
      .integer({ min: 0, max: 5 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, part) => planOf(part))));
    fc.assert(
      fc.property(parts, (plans) => {
        const merged = mergePlans(plans);
        expect(planSchema.safeParse(merged).error).toBeUndefined();
        expect(validatePlan(merged, requirementsOf(plans))).toEqual([]);
        expect(listTasks(merged)).toHaveLength(plans.flatMap((plan) => listTasks(plan)).length);
        expect(new Set(requirementsOf([merged]))).toEqual(new Set(requirementsOf(plans)));
      }),
    );
  });

  it("leaves a single plan as it is", () => {
    fc.assert(
      fc.property(planOf(0), (plan) => {
        expect(mergePlans([plan])).toEqual(plan);
      }),
    );
  });

  it("keeps a dependency on an earlier part and renames a clash with what points to it", () => {
    const task = { name: "T", description: "D", files: [], size: "S" as const };
    const first: Plan = {
      phases: [
        { id: "p", name: "P", goal: "G", tasks: [{ ...task, id: "core", dependsOn: [], requirementIds: ["R-1"] }] },
      ],
      waivers: [{ requirementId: "R-2", reason: "Later." }],
    };
    const second: Plan = {
      phases: [
        {
          id: "p",
          name: "P",
          goal: "G",
          tasks: [
            { ...task, id: "api", dependsOn: ["core"], requirementIds: ["R-2"] },
            { ...task, id: "ui", dependsOn: ["api"], requirementIds: ["R-3"] },
          ],
        },
      ],
      waivers: [],
    };
    const third: Plan = {
      phases: [{ ...second.phases[0], id: "p", name: "P", goal: "G", tasks: second.phases[0]?.tasks ?? [] }],
      waivers: [],
    };
    const merged = mergePlans([first, second, third]);
    expect(merged.phases.map((phase) => phase.id)).toEqual(["p", "p2-p", "p3-p"]);
    expect(listTasks(merged).map(({ task: { id, dependsOn } }) => [id, ...dependsOn])).toEqual([
      ["core"],
      ["api", "core"],
      ["ui", "api"],
      ["p3-api", "core"],
      ["p3-ui", "p3-api"],
    ]);
    expect(merged.waivers).toEqual([]);
  });
});
