/**
 * What kind of thing went wrong; each has a strategy in `chooseRecovery`.
 *
 * credentials: the model server refuses until a person acts (key, credit, permission, model name) · build-budget: the build's cost cap · task-budget: the
 * session's turns or share of money · gate: the zero-mock gate refused the work, also after the session was told · resource-limit: disk, memory or file handles of this machine · no-change: a session that was to make files made none.
 */
export type FailureKind =
  | "rate-limit"
  | "api-error"
  | "context-overflow"
  | "mcp-server"
  | "mcp-policy"
  | "timeout"
  | "file-conflict"
  | "test-failure"
  | "gate"
  | "resource-limit"
  | "task-budget"
  | "build-budget"
  | "credentials"
  | "stuck"
  | "no-change"
  | "unknown";

/** One thing that went wrong with a task. Plain data, so that the journal can keep it. */
export interface Failure {
  kind: FailureKind;
  /** One sentence for people and for the session that tries again. */
  reason: string;
  /** Milliseconds the other side asked to wait. */
  retryAfterMs?: number;
  /** The MCP server it is about. */
  server?: string;
  /** The MCP policy that was violated has the task done again. */
  redo?: boolean;
  /** The model server would refuse the same request again. */
  permanent?: boolean;
}
