/** Whom a model call belongs to; every call is logged and priced under one. */
export interface CallScope {
  build: string;
  phase: string | undefined;
  task: string | undefined;
  /** "spec-analyzer", "claude-code", … */
  agent: string;
  /** The attempt of the task that the call belongs to: its fencing token. */
  attempt?: number | undefined;
  /** The id of the Claude Code session that made the call; the gateway finds it out. */
  session?: string | undefined;
  /**
   * Who made the call within the agent's session: left out for the main conversation, "subagent:<name>" for a subagent, "background:<purpose>" for a call that Claude
   * Code makes for itself (a web search, a title). The gateway finds it out.
   */
  caller?: string | undefined;
}
