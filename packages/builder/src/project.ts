/** `@ccb/builder/project`: looking at a project directory, without what builds one. */
export { findProject } from "./project/find-project.ts";
export {
  type CleanResult,
  openProjectSessions,
  type ProjectSession,
  type ProjectSessions,
} from "./sessions/open-project-sessions.ts";
export type { BuildStatus, NextStep, PhaseStatus, TaskStatus } from "./status/build-status.ts";
export { type OpenBuildStatus, openBuildStatus, readBuildStatus } from "./status/open-build-status.ts";
