import { listTasks, type Plan, type Task } from "@ccb/core";

const longestId = 63;

/**
 * One plan from the plans of a specification's parts, in order. An id that an earlier part uses gets a prefix ("p2-…") and the part's own
 * dependencies follow it; a dependency on a task of an earlier part stays. A requirement waived in several parts is waived once, with the first
 * reason; one that any part covers is not waived.
 */
export function mergePlans(parts: readonly Plan[]): Plan {
  const phaseIds = new Set<string>();
  const taskIds = new Set<string>();
  const phases = parts.flatMap((part, index) => {
    const renamed = new Map(listTasks(part).map(({ task }) => [task.id, takeId(task.id, index, taskIds)]));
    return part.phases.map((phase) => ({
      ...phase,
      id: takeId(phase.id, index, phaseIds),
      tasks: phase.tasks.map((task) => renameTask(task, renamed)),
    }));
  });
  const covered = new Set(phases.flatMap((phase) => phase.tasks.flatMap((task) => task.requirementIds)));
  const waivers = new Map<string, Plan["waivers"][number]>();
  for (const waiver of parts.flatMap((part) => part.waivers)) {
    const { requirementId } = waiver;
    if (!covered.has(requirementId) && !waivers.has(requirementId)) waivers.set(requirementId, waiver);
  }
  return { phases, waivers: [...waivers.values()] };
}

function renameTask(task: Task, renamed: ReadonlyMap<string, string>): Task {
  return {
    ...task,
    id: renamed.get(task.id) ?? task.id,
    dependsOn: task.dependsOn.map((id) => renamed.get(id) ?? id),
  };
}

function takeId(id: string, part: number, taken: Set<string>): string {
  let candidate = id;
  for (let turn = 0; taken.has(candidate); turn++) {
    const prefix = turn === 0 ? `p${part + 1}-` : `p${part + 1}-${turn + 1}-`;
    candidate = `${prefix}${id}`.slice(0, longestId);
  }
  taken.add(candidate);
  return candidate;
}
