import type { Criterion, Evidence, Phase, Task } from "@ccb/core";

/** The task of a repair session: the requirements and files of the tasks whose criteria failed. Pure. */
export function planRepairTask(options: { phase: Phase; failed: Evidence[]; criteria: Criterion[] }): Task {
  const { phase } = options;
  const failedIds = new Set(options.failed.map((evidence) => evidence.criterionId));
  const wanted = new Set(
    options.criteria.filter(({ id }) => failedIds.has(id)).flatMap((criterion) => criterion.requirementIds),
  );
  const concerned = phase.tasks.filter((task) => task.requirementIds.some((id) => wanted.has(id)));
  const tasks = concerned.length > 0 ? concerned : phase.tasks;
  return {
    id: `repair-${phase.id}`.slice(0, 63),
    name: `Repair phase ${phase.name}`,
    description: `The acceptance of phase "${phase.name}" failed in ${[...failedIds].join(", ")}. Mend the code so that these criteria pass; change no criterion and weaken no test.`,
    dependsOn: tasks.map((task) => task.id),
    files: [...new Set(tasks.flatMap((task) => task.files))],
    requirementIds: [...new Set(tasks.flatMap((task) => task.requirementIds))],
    size: "M",
  };
}
