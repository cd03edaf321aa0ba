export type { BuildOptions, CustomAgent, CustomAgentInput, ExistingDirectory, Upstream } from "./build-options.ts";
export type { BuildTrace, RequirementStatus, TraceRow } from "./report/build-trace.ts";
export { type CheckPackagesOptions, checkPackages } from "./research/check-packages.ts";
export { commandProject, isProjectBusy, readProjectCosts } from "./served/project-store.ts";
export { type ComplianceReport, readCompliance } from "./served/read-compliance.ts";
export { type ProjectState, readProjectState } from "./served/read-project-state.ts";
export { runProjectChecks } from "./served/run-project-checks.ts";
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
