import type { BuildEvent } from "@ccb/core";

/** What the status line shows of a build. */
export interface BuildView {
  stage: string | undefined;
  phase: { id: string; name: string; number: number } | undefined;
  task: { id: string; name: string; attempt: number } | undefined;
  activity: string | undefined;
  doneTasks: number;
  totalTasks: number;
  calls: number;
  costMicroUsd: number;
  unpriced: boolean;
  remainingMs: number | undefined;
}

/** The view before the first event. */
export function defineView(): BuildView {
  return {
    stage: undefined,
    phase: undefined,
    task: undefined,
    activity: undefined,
    doneTasks: 0,
    totalTasks: 0,
    calls: 0,
    costMicroUsd: 0,
    unpriced: false,
    remainingMs: undefined,
  };
}

/** The view after an event. Pure. */
export function advanceView(view: BuildView, event: BuildEvent): BuildView {
  switch (event.type) {
    case "stage-start":
      return { ...view, stage: event.stage, phase: undefined, task: undefined, activity: undefined };
    case "stage-end":
      return { ...view, stage: undefined };
    case "phase-start":
      return { ...view, phase: { id: event.phase, name: event.name, number: event.number } };
    case "task-start":
      return { ...view, task: { id: event.task, name: event.name, attempt: event.attempt }, activity: undefined };
    case "task-progress":
      return { ...view, activity: event.message };
    case "task-end":
      return { ...view, task: undefined, activity: undefined };
    case "criterion-checked":
      return { ...view, activity: `checked ${event.criterion}` };
    case "progress":
      return { ...view, doneTasks: event.doneTasks, totalTasks: event.totalTasks, remainingMs: event.remainingMs };
    case "call-end":
      return {
        ...view,
        calls: view.calls + 1,
        costMicroUsd: event.totalMicroUsd,
        unpriced: view.unpriced || event.costMicroUsd === undefined,
      };
    default:
      return view;
  }
}
