/** The moments at which the use of an MCP server can be required (names of the product specification). */
export const enforcePoints = [
  "phase_start",
  "before_implementation",
  "research",
  "task_complete",
  "phase_complete",
  "checkpoint",
  "phase_planning",
  "architecture_decisions",
  "debugging",
  "file_read",
  "file_write",
  "directory_ops",
  "before_deployment",
] as const;
export type EnforcePoint = (typeof enforcePoints)[number];

/** How a task session reaches one MCP server, and when it has to use it. */
export interface McpServerDefinition {
  /** The name in tool names: `mcp__<name>__<tool>`. */
  name: string;
  description: string;
  transport:
    | { type: "stdio"; command: string; args: string[]; env: Record<string, string> }
    | { type: "http"; url: string; headers: Record<string, string> };
  /** A required server that does not start fails the task; another is named as unavailable. */
  required: boolean;
  enforceAt: EnforcePoint[];
  /** Give the model the tools' schemas from the first request on instead of on demand. */
  alwaysLoad: boolean;
  /** The server keeps state of its caller (a chain of thoughts): two callers must not share one. Shared when omitted. */
  perCaller?: boolean;
}
