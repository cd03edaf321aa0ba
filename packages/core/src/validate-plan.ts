import type { Plan, Task } from "./plan.ts";

/** Every task of a plan with the phase it stands in, in order. */
export function listTasks(plan: Plan): { task: Task; phaseId: string; phaseIndex: number }[] {
  return plan.phases.flatMap((phase, phaseIndex) =>
    phase.tasks.map((task) => ({ task, phaseId: phase.id, phaseIndex })),
  );
}

/**
 * The problems of a plan as sentences a model or a person can act on; an empty list means it can be run.
 *
 * Checked: ids are unique, dependencies exist, point at no later phase and form no cycle, and every requirement is either covered by a
 * task or waived (not both, and none that does not exist).
 */
export function validatePlan(plan: Plan, requirementIds: Iterable<string>): string[] {
  const known = new Set(requirementIds);
  return [
    ...duplicateProblems(
      "phase",
      plan.phases.map((phase) => phase.id),
    ),
    ...duplicateProblems(
      "task",
      listTasks(plan).map(({ task }) => task.id),
    ),
    ...dependencyProblems(plan),
    ...cycleProblems(plan),
    ...coverageProblems(plan, known),
  ];
}

function duplicateProblems(what: string, ids: string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const id of ids) (seen.has(id) ? twice : seen).add(id);
  return [...twice].map((id) => `The ${what} id "${id}" is used more than once; give each ${what} an id of its own.`);
}

function dependencyProblems(plan: Plan): string[] {
  const phaseOf = new Map(listTasks(plan).map(({ task, phaseIndex }) => [task.id, phaseIndex]));
  const problems: string[] = [];
  for (const { task, phaseIndex } of listTasks(plan)) {
    for (const dependency of task.dependsOn) {
      const at = phaseOf.get(dependency);
      if (at === undefined) {
        problems.push(`Task "${task.id}" depends on "${dependency}", which is not a task of the plan.`);
      } else if (at > phaseIndex) {
        problems.push(`Task "${task.id}" depends on "${dependency}", which stands in a later phase.`);
      }
    }
  }
  return problems;
}

function cycleProblems(plan: Plan): string[] {
  const cycle = findCycle(new Map(listTasks(plan).map(({ task }) => [task.id, task.dependsOn])));
  return cycle ? [`These tasks depend on each other in a circle: ${cycle.join(" → ")}.`] : [];
}

function findCycle(edges: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of edges.keys()) {
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { id: string; next: number }[] = [{ id: start, next: 0 }];
    while (stack.length > 0) {
      const frame = stack[stack.length - 1];
      if (!frame) break;
      if (frame.next === 0 && !onPath.has(frame.id)) {
        if (done.has(frame.id)) {
          stack.pop();
          continue;
        }
        onPath.add(frame.id);
        path.push(frame.id);
      }
      const next = edges.get(frame.id)?.[frame.next++];
      if (next === undefined) {
        done.add(frame.id);
        onPath.delete(frame.id);
        path.pop();
        stack.pop();
      } else if (onPath.has(next)) {
        return [...path.slice(path.indexOf(next)), next];
      } else if (!done.has(next) && edges.has(next)) {
        stack.push({ id: next, next: 0 });
      }
    }
  }
  return undefined;
}

function coverageProblems(plan: Plan, known: Set<string>): string[] {
  const covered = new Set(listTasks(plan).flatMap(({ task }) => task.requirementIds));
  const waived = new Set(plan.waivers.map((waiver) => waiver.requirementId));
  const problems: string[] = [];
  for (const id of known) {
    if (!covered.has(id) && !waived.has(id)) {
      problems.push(`Requirement "${id}" is neither covered by a task nor waived with a reason.`);
    }
  }
  for (const id of new Set([...covered, ...waived])) {
    if (!known.has(id)) problems.push(`"${id}" is not a requirement of the specification.`);
    else if (covered.has(id) && waived.has(id)) problems.push(`Requirement "${id}" is both covered and waived.`);
  }
  return problems;
}
