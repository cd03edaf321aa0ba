export type {
  BuildOptions,
  CustomAgent,
  CustomAgentInput,
  ExistingDirectory,
  SpecificationChange,
  Upstream,
} from "./build-options.ts";
export type { ConfinementOptions } from "./choose-confinement.ts";
export { commandBuild, isBuilding, type ProjectRecord, readProject, restoreJournal } from "./control/open-project.ts";
export type { BuildCommand } from "./journal/commands.ts";
export { findProject, openAcceptance } from "./open-acceptance.ts";
export { outsideComparison, type TreeComparison } from "./replay/compare-trees.ts";
export { type Replay, type ReplayOptions, type ReplayResult, startReplay } from "./replay/start-replay.ts";
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
