/** `@ccb/builder/served`: what a finished or running project directory holds, for those who only look; apart, since it runs no build. */

export { type ComplianceReport, sumCompliance } from "../report/sum-compliance.ts";
export { type CheckPackagesOptions, checkPackages } from "../research/check-packages.ts";
export { readCompliance } from "./read-compliance.ts";
export { readProjectCosts } from "./read-project-costs.ts";
export { type ProjectState, readProjectState } from "./read-project-state.ts";
export { runProjectChecks } from "./run-project-checks.ts";
