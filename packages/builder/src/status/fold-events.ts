import type { BuildEvent, BuildLifecycle, BuildOutcome, BuildStage } from "@ccb/core";

/** What the events so far tell of one task. */
export interface SeenTask {
  phase: string;
  name: string | undefined;
  /** pending: to be done again, because a later run did not take it over. */
  status: "pending" | "running" | "done" | "failed";
  attempt: number;
  startedAt: string | undefined;
  durationMs: number | undefined;
  reason: string | undefined;
  commit: string | undefined;
}

/** What the events so far tell of a phase; `passed` is undefined until it was checked. */
export interface SeenPhase {
  name: string | undefined;
  passed: boolean | undefined;
}

export interface SeenCriterion {
  phase: string;
  passed: boolean;
}

/** What the events so far tell of a build. */
export interface SeenBuild {
  model: string | undefined;
  capMicroUsd: number | undefined;
  /** How sessions of the last run are confined. */
  confinement: { kind: "bubblewrap" | "off"; reason: string } | undefined;
  lifecycle: BuildLifecycle;
  stage: BuildStage | undefined;
  ended: { outcome: BuildOutcome; reason: string; durationMs: number } | undefined;
  /** ISO 8601, of the last run. */
  runStartedAt: string | undefined;
  tasks: ReadonlyMap<string, SeenTask>;
  phases: ReadonlyMap<string, SeenPhase>;
  criteria: ReadonlyMap<string, SeenCriterion>;
  progress: { at: string; remainingMs: number | undefined } | undefined;
  problems: readonly string[];
}

const keptProblems = 5;

/** Nothing seen yet. */
export const nothingSeen: SeenBuild = Object.freeze({
  model: undefined,
  capMicroUsd: undefined,
  confinement: undefined,
  lifecycle: "initializing",
  stage: undefined,
  ended: undefined,
  runStartedAt: undefined,
  tasks: new Map(),
  phases: new Map(),
  criteria: new Map(),
  progress: undefined,
  problems: [],
});

type Draft = { -readonly [Field in keyof SeenBuild]: SeenBuild[Field] } & {
  tasks: Map<string, SeenTask>;
  phases: Map<string, SeenPhase>;
  criteria: Map<string, SeenCriterion>;
};

/** The build after more events, in their order. Pure; what is given stays as it is. */
export function foldEvents(seen: SeenBuild, events: Iterable<BuildEvent>): SeenBuild {
  const { tasks, phases, criteria } = seen;
  const draft: Draft = { ...seen, tasks: new Map(tasks), phases: new Map(phases), criteria: new Map(criteria) };
  for (const event of events) {
    foldRunEvent(draft, event);
    foldWorkEvent(draft, event);
    foldProblem(draft, event);
  }
  return draft;
}

function foldRunEvent(draft: Draft, event: BuildEvent): void {
  switch (event.type) {
    case "build-start":
      draft.model = event.model;
      draft.capMicroUsd = event.capMicroUsd;
      draft.confinement = undefined;
      draft.lifecycle = "initializing";
      draft.stage = undefined;
      draft.ended = undefined;
      draft.runStartedAt = event.at;
      draft.progress = undefined;
      draft.problems = [];
      // What ran or failed in an earlier run is open again; what was done is done, until it is known what this run takes over.
      reopenTasks(draft, ({ status }) => status !== "done");
      return;
    case "build-end":
      draft.stage = undefined;
      draft.ended = { outcome: event.outcome, reason: event.reason, durationMs: event.durationMs };
      return;
    case "confinement-chosen":
      draft.confinement = { kind: event.kind, reason: event.reason };
      return;
    case "state-changed":
      draft.lifecycle = event.to;
      return;
    case "stage-start":
      draft.stage = event.stage;
      return;
    case "stage-end":
      draft.stage = event.stage === "instructions" ? "execution" : undefined;
      // The tasks that this run takes over are told next, as reused.
      if (event.stage === "instructions") reopenTasks(draft, () => true);
      return;
    case "progress":
      draft.progress = { at: event.at, remainingMs: event.remainingMs };
      return;
  }
}

function foldWorkEvent(draft: Draft, event: BuildEvent): void {
  switch (event.type) {
    case "task-start":
      draft.tasks.set(event.task, {
        phase: event.phase,
        name: event.name,
        status: "running",
        attempt: event.attempt,
        startedAt: event.at,
        durationMs: undefined,
        reason: undefined,
        commit: undefined,
      });
      draft.phases.set(event.phase, { name: draft.phases.get(event.phase)?.name, passed: undefined });
      return;
    case "task-end": {
      const known = draft.tasks.get(event.task);
      const isFailed = event.outcome === "failed";
      draft.tasks.set(event.task, {
        phase: event.phase,
        name: known?.name,
        status: isFailed ? "failed" : "done",
        attempt: known?.attempt ?? 0,
        startedAt: undefined,
        durationMs: event.outcome === "reused" ? known?.durationMs : event.durationMs,
        reason: isFailed ? event.reason : undefined,
        commit: event.commit,
      });
      return;
    }
    case "phase-start":
      draft.phases.set(event.phase, { name: event.name, passed: draft.phases.get(event.phase)?.passed });
      return;
    case "phase-end":
      draft.phases.set(event.phase, { name: draft.phases.get(event.phase)?.name, passed: event.passed });
      return;
    case "criterion-checked":
      draft.criteria.set(event.criterion, { phase: event.phase, passed: event.passed });
      return;
  }
}

function reopenTasks(draft: Draft, isOpen: (task: SeenTask) => boolean): void {
  for (const [id, task] of draft.tasks) {
    if (isOpen(task)) draft.tasks.set(id, { ...task, status: "pending", startedAt: undefined, reason: undefined });
  }
}

function foldProblem(draft: Draft, event: BuildEvent): void {
  const problem = describeProblem(event);
  if (problem !== undefined) draft.problems = [...draft.problems, problem].slice(-keptProblems);
}

function describeProblem(event: BuildEvent): string | undefined {
  switch (event.type) {
    case "warning":
      return event.message;
    case "call-refused":
      return `A model call was refused: ${event.reason}`;
    case "mcp-unavailable":
      return `MCP server ${event.server} is unavailable: ${event.reason}`;
    case "recovery-chosen":
      return `${event.task}: ${event.why}`;
    default:
      return undefined;
  }
}
