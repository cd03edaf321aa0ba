/** Whom a model call belongs to; every call is logged and priced under one. */
export interface CallScope {
  build: string;
  phase: string | undefined;
  task: string | undefined;
  /** "spec-analyzer", "claude-code", … */
  agent: string;
}
