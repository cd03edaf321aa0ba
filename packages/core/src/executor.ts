import type { McpServerDefinition } from "./mcp-server.ts";
import type { Usage } from "./usage.ts";

/** One tool call of a session, recorded from the executor's hooks after it ended. */
export interface ToolUse {
  id: string;
  /** As on the wire: "Write", "mcp__git__git_status". */
  name: string;
  /** The MCP server that answered, for MCP tools. */
  server: string | undefined;
  input: unknown;
  succeeded: boolean;
  /** What the tool answered, as text, cut to 8 KiB. */
  response: string;
  durationMs: number;
  /** ISO 8601, the end of the call. */
  endedAt: string;
}

/** A tool call that is about to happen. */
export interface ToolCall {
  id: string;
  name: string;
  server: string | undefined;
  input: unknown;
}

/** Why a tool call may not happen, or should not have happened. */
export interface ToolRefusal {
  /** Shown to the model: what is missing and how to mend it. */
  reason: string;
  /** Ends the session, since telling the model again is of no use. */
  endSession?: boolean;
}

export interface TaskRunLimits {
  /** Model turns of the session. */
  maxTurns: number;
  /** Milliseconds without any sign of life from the session. */
  idleMs: number;
  /** Milliseconds of the whole session. */
  totalMs: number;
}

/** One session to run: what to do, where, with which tools, and who is asked before it may end. */
export interface TaskRunRequest {
  prompt: string;
  /** Appended to Claude Code's own system prompt. */
  systemAppend: string;
  /** The project directory; an absolute path. */
  cwd: string;
  model: string;
  /** Base URL of the Anthropic-compatible server the session talks to (the gateway's, scoped to the task). */
  baseUrl: string;
  mcpServers: McpServerDefinition[];
  limits: TaskRunLimits;
  signal?: AbortSignal;
  /** Goes on with this earlier session's transcript, which has to lie in the same home and belong to the same `cwd`. */
  resumeSessionId?: string;
  /** Told of every tool call when it ended. */
  onToolUse?: (use: ToolUse) => void;
  /** Asked before every tool call that the executor's own guards let through. */
  beforeTool?: (call: ToolCall) => ToolRefusal | undefined;
  /** Asked after every tool call, when `onToolUse` has been told of it; what was done stays done, a reason is shown to the model beside the tool's answer. */
  afterTool?: (use: ToolUse) => Promise<ToolRefusal | undefined>;
  /**
   * Asked whenever the session wants to end (`session`) or to mark an item of its own task list as completed (`task`); a reason refuses and is shown to the
   * model.
   */
  beforeEnd?: (what: "session" | "task") => string | undefined | Promise<string | undefined>;
  onEvent?: (event: ExecutorEvent) => void;
}

/** What a session tells while it runs. */
export type ExecutorEvent =
  | { type: "session-started"; sessionId: string; mcpServers: { name: string; status: string }[] }
  | { type: "process-started"; pid: number }
  | { type: "text-received"; text: string }
  /** A piece of what the session's process wrote to its standard error; may end anywhere. */
  | { type: "output-received"; text: string }
  | { type: "tool-started"; name: string; input: unknown }
  | { type: "api-retried"; attempt: number; delayMs: number; status: number | undefined };

/** What a session that did not end well is known by; programs decide by this, people read the reason. */
export interface TaskRunFailure {
  /** HTTP status of the model server's last answer, where that ended the session. */
  apiStatus?: number;
  /** The coding agent's own word for the end: "prompt_too_long", "max_turns". */
  terminalReason?: string;
  /** Milliseconds before the last try of a call that the model server had refused for now; at least what its `retry-after` asked for. */
  retryAfterMs?: number;
  /** Which of its limits the session reached. */
  limit?: "turns" | "idle" | "time";
  /** Required MCP servers that did not start in the session. */
  missingServers?: string[];
}

export interface TaskRunResult {
  /**
   * done: the session ended by itself · limit: turns, idle or total time · aborted: the signal · refused: the model server refused a call for good
   * (budget) · failed: anything else.
   */
  status: "done" | "limit" | "aborted" | "refused" | "failed";
  /** One sentence for people. */
  reason: string;
  /** Only with a status other than done. */
  failure?: TaskRunFailure;
  sessionId: string | undefined;
  turns: number;
  durationMs: number;
  toolUses: ToolUse[];
  /** What the session itself reported; the gateway's ledger is the truth. */
  reportedUsage: Usage | undefined;
  /** The session's closing text. */
  text: string;
}

/** Runs one task in a coding agent. Resolves with how it ended; rejects only when the session cannot be started at all. */
export interface Executor {
  runTask(request: TaskRunRequest): Promise<TaskRunResult>;
}
