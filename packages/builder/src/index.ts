export type {
  BuildOptions,
  CustomAgent,
  CustomAgentInput,
  ExistingDirectory,
  SpecificationChange,
  Upstream,
} from "./build-options.ts";
export { commandBuild, isBuilding, type ProjectRecord, readProject, restoreJournal } from "./control/open-project.ts";
export type { BuildCommand } from "./journal/commands.ts";
export { findProject } from "./project/find-project.ts";
export type { BuildTrace, RequirementStatus, TraceRow } from "./report/build-trace.ts";
export {
  type CleanResult,
  openProjectSessions,
  type ProjectSession,
  type ProjectSessions,
} from "./sessions/open-project-sessions.ts";
export type { BuildSummary } from "./stages/write-summary.ts";
export { type Build, type BuildResult, startBuild } from "./start-build.ts";
export { advanceBuild } from "./state/advance-build.ts";
export {
  type BuildEffect,
  type BuildInput,
  type BuildPolicy,
  type BuildState,
  defineInitialState,
} from "./state/build-state.ts";
export type { BuildStatus, NextStep, PhaseStatus, TaskStatus } from "./status/build-status.ts";
export { type OpenBuildStatus, openBuildStatus, readBuildStatus } from "./status/open-build-status.ts";
