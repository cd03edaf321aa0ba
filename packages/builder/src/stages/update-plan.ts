import type { SpecDiff } from "@ccb/context";
import type { Plan, Task } from "@ccb/core";

/** A plan carried over to a changed specification. */
export interface CarriedPlan {
  plan: Plan;
  /** Ids of the new specification's requirements that nothing in the plan covers. */
  uncovered: string[];
}

/**
 * Carries a plan over to a changed specification: ids follow their requirements, removed ones are left out, and what is added or was waived and changed is uncovered. A task
 * whose requirements did not change is the same afterwards, so that its result still counts. Pure.
 */
export function carryPlanOver(plan: Plan, diff: SpecDiff): CarriedPlan {
  const removed = new Set(diff.removed.map(({ id }) => id));
  const renamed = new Map([...diff.changed, ...diff.moved].map(({ before, after }) => [before.id, after.id]));
  const changed = new Set(diff.changed.map(({ after }) => after.id));
  const carry = (ids: readonly string[]) => ids.filter((id) => !removed.has(id)).map((id) => renamed.get(id) ?? id);
  const carryTask = (task: Task): Task => ({ ...task, requirementIds: carry(task.requirementIds) });
  const waivers = plan.waivers
    .filter(({ requirementId }) => !removed.has(requirementId))
    .map((waiver) => ({ ...waiver, requirementId: renamed.get(waiver.requirementId) ?? waiver.requirementId }));
  const standing = waivers.filter(({ requirementId }) => !changed.has(requirementId));
  return {
    plan: {
      phases: plan.phases.map((phase) => ({ ...phase, tasks: phase.tasks.map(carryTask) })),
      waivers: standing,
    },
    uncovered: [
      ...diff.added.map(({ id }) => id),
      ...waivers.flatMap(({ requirementId }) => (changed.has(requirementId) ? [requirementId] : [])),
    ],
  };
}

/** Ids of the tasks of the old plan that a change of the specification touches. Pure. */
export function listTouchedTasks(plan: Plan, diff: SpecDiff): string[] {
  const touched = new Set([...diff.removed.map(({ id }) => id), ...diff.changed.map(({ before }) => before.id)]);
  return plan.phases.flatMap((phase) =>
    phase.tasks.filter((task) => task.requirementIds.some((id) => touched.has(id))).map(({ id }) => id),
  );
}
