export type { BuildOptions, CustomAgent, CustomAgentInput, ExistingDirectory, Upstream } from "./build-options.ts";
export type { AcceptanceReport, ReportRow } from "./report/acceptance-report.ts";
export type { BuildTrace, RequirementStatus, TraceRow } from "./report/build-trace.ts";
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
export { type TestProjectOptions, type TestProjectResult, testProject } from "./test-project.ts";
export { type ProjectTrace, traceProject } from "./trace-project.ts";
