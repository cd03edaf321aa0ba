import type { BuildEvent, BuildOutcome } from "@ccb/core";

type EventOf<Type extends BuildEvent["type"]> = Extract<BuildEvent, { type: Type }>;

/** A task as the events tell it. */
export interface TaskProgress {
  id: string;
  name: string;
  phase: string;
  attempts: number;
  /** The last thing that happened to it. */
  last: EventOf<"task-start"> | EventOf<"task-end">;
}

/** A phase as the events tell it. */
export interface PhaseProgress {
  id: string;
  name: string;
  /** Its last beginning. */
  start: EventOf<"phase-start">;
  /** Undefined while it is not judged. */
  end: EventOf<"phase-end"> | undefined;
  tasks: TaskProgress[];
  /** The last check of each criterion. */
  checks: EventOf<"criterion-checked">[];
}

/** Where a build stands. */
export interface BuildProgress {
  begin: EventOf<"build-start"> | undefined;
  /** Undefined while a run is under way, or after one that was killed. */
  end: EventOf<"build-end"> | undefined;
  outcome: BuildOutcome | undefined;
  stages: EventOf<"stage-end">[];
  phases: PhaseProgress[];
  warnings: (EventOf<"warning"> | EventOf<"mcp-unavailable"> | EventOf<"call-refused">)[];
}

/** Follows the events to where the build stands: the last word on each stage, phase, task and criterion. Pure. */
export function traceProgress(events: readonly BuildEvent[]): BuildProgress {
  const phases = new Map<string, PhaseProgress>();
  const stages = new Map<string, EventOf<"stage-end">>();
  const progress: BuildProgress = {
    begin: undefined,
    end: undefined,
    outcome: undefined,
    stages: [],
    phases: [],
    warnings: [],
  };
  for (const event of events) {
    switch (event.type) {
      case "build-start":
        Object.assign(progress, { begin: event, end: undefined, outcome: undefined });
        break;
      case "build-end":
        Object.assign(progress, { end: event, outcome: event.outcome });
        break;
      case "stage-end":
        stages.set(event.stage, event);
        break;
      case "warning":
      case "mcp-unavailable":
      case "call-refused":
        progress.warnings.push(event);
        break;
      default:
        followPhase(phases, event);
    }
  }
  return { ...progress, stages: [...stages.values()], phases: [...phases.values()] };
}

function followPhase(phases: Map<string, PhaseProgress>, event: BuildEvent): void {
  if (event.type === "phase-start") {
    const known = phases.get(event.phase);
    phases.set(event.phase, {
      tasks: [],
      checks: [],
      ...known,
      id: event.phase,
      name: event.name,
      start: event,
      end: undefined,
    });
  }
  const phase = "phase" in event ? phases.get(event.phase) : undefined;
  if (!phase) return;
  if (event.type === "phase-end") phase.end = event;
  if (event.type === "criterion-checked") {
    phase.checks = [...phase.checks.filter(({ criterion }) => criterion !== event.criterion), event];
  }
  if (event.type === "task-start" || event.type === "task-end") {
    const at = phase.tasks.findIndex(({ id }) => id === event.task);
    const known = phase.tasks[at];
    const name = event.type === "task-start" ? event.name : (known?.name ?? event.task);
    const attempts = event.type === "task-start" ? event.attempt : (known?.attempts ?? 0);
    const task: TaskProgress = { id: event.task, name, phase: event.phase, attempts, last: event };
    if (at < 0) phase.tasks.push(task);
    else phase.tasks[at] = task;
  }
}
