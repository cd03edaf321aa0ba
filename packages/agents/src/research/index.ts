/** `@ccb/agents/research`: finding out before building; apart, since it needs no templates. */
export {
  type CheckVulnerabilitiesOptions,
  checkVulnerabilities,
  type PackageVersion,
  type Vulnerability,
  type VulnerabilityReport,
} from "./check-vulnerabilities.ts";
export { planResearch, type ResearchQuestion } from "./plan-research.ts";
export {
  type ResearchInput,
  type ResearchNotes,
  type ResearchSource,
  renderResearchPage,
  researchAgent,
} from "./research-agent.ts";
