/** `@ccb/builder/served`: what a finished or running project directory holds, for those who only look; apart, since it runs no build. */
export { type CheckPackagesOptions, checkPackages } from "../research/check-packages.ts";
export { type ComplianceReport, readCompliance, sumCompliance } from "./read-compliance.ts";
export { readProjectCosts } from "./read-project-costs.ts";
export { type ProjectState, readProjectState } from "./read-project-state.ts";
export { runProjectChecks } from "./run-project-checks.ts";
