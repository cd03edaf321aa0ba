import fc from "fast-check";
import { expect, test } from "vitest";
import type { Plan, Task } from "./plan.ts";
import { validatePlan } from "./validate-plan.ts";

function makeTask(id: string, dependsOn: string[], requirementIds: string[] = []): Task {
  return { id, name: id, description: id, dependsOn, files: [], requirementIds, size: "S" };
}

function makePlan(...phases: Task[][]): Plan {
  return {
    waivers: [],
    phases: phases.map((tasks, index) => ({ id: `p${index}`, name: `p${index}`, goal: "g", tasks })),
  };
}

/** An order of the tasks in which everything comes after what it depends on, or undefined: the definition, not the algorithm under test. */
function findOrder(tasks: Task[]): string[] | undefined {
  const order: string[] = [];
  const left = [...tasks];
  while (left.length > 0) {
    const at = left.findIndex((task) => task.dependsOn.every((id) => order.includes(id)));
    if (at < 0) return undefined;
    order.push(...left.splice(at, 1).map(({ id }) => id));
  }
  return order;
}

test("a graph is accepted exactly when its tasks can be put in order", () => {
  const graphs = fc
    .integer({ min: 1, max: 7 })
    .chain((count) => fc.array(fc.array(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }));
  fc.assert(
    fc.property(graphs, (graph) => {
      const tasks = graph.map((picks, index) => makeTask(`t${index}`, [...new Set(picks.map((pick) => `t${pick}`))]));
      expect(validatePlan(makePlan(tasks), []).length === 0).toBe(findOrder(tasks) !== undefined);
    }),
  );
});

test("each kind of problem is named with the ids concerned", () => {
  const plan = makePlan(
    [makeTask("a", ["ghost", "late"], ["R1", "R9"]), makeTask("a", [])],
    [makeTask("late", [], ["R2"])],
  );
  plan.waivers.push({ requirementId: "R2", reason: "no" });
  const problems = validatePlan(plan, ["R1", "R2", "R3"]).join("\n");
  expect(problems).toContain('The task id "a" is used more than once');
  expect(problems).toContain('Task "a" depends on "ghost", which is not a task');
  expect(problems).toContain('Task "a" depends on "late", which stands in a later phase');
  expect(problems).toContain('Requirement "R3" is neither covered by a task nor waived');
  expect(problems).toContain('"R9" is not a requirement');
  expect(problems).toContain('Requirement "R2" is both covered and waived');
});

test("a circle is shown as a path", () => {
  const problems = validatePlan(makePlan([makeTask("a", ["b"]), makeTask("b", ["c"]), makeTask("c", ["a"])]), []);
  expect(problems).toEqual(["These tasks depend on each other in a circle: a → b → c → a."]);
});

test("a plan of 20,000 tasks in a row is validated without running out of stack", () => {
  const tasks = Array.from({ length: 20_000 }, (_, index) =>
    makeTask(`t${index}`, index === 0 ? [] : [`t${index - 1}`]),
  );
  expect(validatePlan(makePlan(tasks), [])).toEqual([]);
});
