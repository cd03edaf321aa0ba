export { emptyFunction, findUntested, type UntestedFile } from "./generate/find-untested.ts";
export { planTestRun, type TestRun } from "./generate/plan-test-run.ts";
export {
  type ProvenTests,
  type ProveTestsOptions,
  proveTests,
  runWholeSuite,
  type WrittenTests,
} from "./generate/prove-tests.ts";
export { planReadmeCommands, type ReadmeCommand } from "./production/plan-readme-commands.ts";
export { planRepairs, type Repair, type RepairLimits, type RepairPlan } from "./production/plan-repairs.ts";
export { type PlannedTool, planTools } from "./production/plan-tools.ts";
export {
  type AreaReport,
  type ProductionArea,
  type ProductionFinding,
  productionAreas,
} from "./production/production-report.ts";
export { readProjectFiles } from "./production/read-project-files.ts";
export { type FoundSecret, type ValidateProjectOptions, validateProject } from "./production/validate-project.ts";
