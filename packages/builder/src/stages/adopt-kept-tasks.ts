import { listTasks, type Plan } from "@ccb/core";
import type { Workbench } from "../workbench.ts";
import { mergeMemory } from "../workplace/task-memory.ts";
import { hashTaskInputs, saveTask } from "./reuse-task.ts";

/**
 * Brings commits onto the main line that a worktree had made before the process died: they are kept under `refs/ccb/done/<task>`. In the order of the plan. One that does
 * not fit any more (other inputs, or a conflict with what was merged since) is kept under `refs/ccb/set-aside/`, and its task is done again.
 */
export async function adoptKeptTasks(bench: Workbench, plan: Plan): Promise<void> {
  const kept = await bench.worktrees.listKept("done");
  if (kept.size === 0) return;
  const inHistory = new Set((await bench.repository.listTaskCommits()).map(({ task, inputs }) => `${task} ${inputs}`));
  const settled: string[] = [];
  for (const { task, phaseId } of listTasks(plan)) {
    const commit = kept.get(task.id);
    const phase = plan.phases.find(({ id }) => id === phaseId);
    if (commit === undefined || !phase) continue;
    const inputs = hashTaskInputs(bench, { task, phase });
    const made = await bench.repository.readTaskCommit(commit);
    if (!inHistory.has(`${task.id} ${inputs}`)) {
      const fits = made.inputs === inputs;
      const merged = fits ? await bench.worktrees.merge({ commit, message: made.message }) : undefined;
      if (merged?.outcome === "merged") {
        await mergeMemory(bench.paths, task.id);
        saveTask(bench, { task, phase }, { commit: merged.commit, files: 0, text: task.name });
      } else {
        await bench.worktrees.keep(`set-aside/${task.id}-${commit.slice(0, 12)}`, commit);
      }
    }
    settled.push(`done/${task.id}`);
  }
  await bench.worktrees.release(settled);
}
