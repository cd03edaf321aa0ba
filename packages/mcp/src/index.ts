export { type CheckServersOptions, checkServers, type ServerHealth } from "./health/check-servers.ts";
export {
  type ComplianceTracker,
  type ComplianceVerdict,
  createComplianceTracker,
} from "./policy/create-compliance-tracker.ts";
export {
  createEnforcement,
  type Enforcement,
  type EnforcementOptions,
  type PointJudgement,
  type PointViolation,
} from "./policy/create-enforcement.ts";
export { defaultPolicy } from "./policy/default-policy.ts";
export type { McpPolicy, PolicySubject, ServerPolicy } from "./policy/mcp-policy.ts";
export { parsePolicy } from "./policy/parse-policy.ts";
export { renderMcpInstructions } from "./policy/render-mcp-instructions.ts";
export { type MandatoryServersOptions, mandatoryServerNames, mandatoryServers } from "./servers/mandatory-servers.ts";
export {
  type ReadCustomServersOptions,
  type ReadCustomServersResult,
  readCustomServers,
} from "./servers/read-custom-servers.ts";
export {
  findUserServersFile,
  type ReadServerRegistryOptions,
  readServerRegistry,
  type ServerRegistry,
} from "./servers/read-server-registry.ts";
export { renderMcpJson } from "./servers/render-mcp-json.ts";
