export { type CheckServersOptions, checkServers, type ServerHealth } from "./health/check-servers.ts";
export {
  type ComplianceTracker,
  type ComplianceTrackerOptions,
  type ComplianceVerdict,
  createComplianceTracker,
} from "./policy/create-compliance-tracker.ts";
export { defaultPolicy, type McpPolicy, type ServerPolicy } from "./policy/default-policy.ts";
export { renderMcpInstructions } from "./policy/render-mcp-instructions.ts";
export { type MandatoryServersOptions, mandatoryServerNames, mandatoryServers } from "./servers/mandatory-servers.ts";
export {
  type ReadCustomServersOptions,
  type ReadCustomServersResult,
  readCustomServers,
} from "./servers/read-custom-servers.ts";
export { renderMcpJson } from "./servers/render-mcp-json.ts";
