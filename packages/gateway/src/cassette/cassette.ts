/** Whom a recorded call belonged to: what is the same when the build runs again. Undefined fields are left out. */
export interface RecordedScope {
  agent: string;
  phase?: string | undefined;
  task?: string | undefined;
  /** A subagent or a purpose of Claude Code's own; the main conversation when missing. */
  caller?: string | undefined;
}

/** How the answer of a recorded call ended: whole, broken off by the server, left by the client, or never begun. */
export type RecordedEnd = "whole" | "cut" | "left" | "none";

/** One call as it went to the model server and what came back. A call that was tried three times is three of these. */
export interface RecordedExchange {
  /** From 1 within its run, in the order in which the answers ended. */
  number: number;
  /** ISO 8601, when the request was sent. */
  at: string;
  scope: RecordedScope;
  attempt?: number | undefined;
  method: string;
  /** Path and query: "/v1/messages?beta=true". */
  path: string;
  request: unknown;
  /** Missing where no answer began. */
  status?: number | undefined;
  headers: Record<string, string>;
  /** The body as text: JSON, or the server-sent events as they came. */
  body: string;
  end: RecordedEnd;
}

/** What replaying a run needs beside its calls. */
export interface RunRecord {
  /** From 1: a build that was cut and resumed has several runs. */
  run: number;
  /** ISO 8601. */
  startedAt: string;
  /** The project directory as the sessions saw it: all forms of its path. */
  directories: string[];
  /** What the recorder was given to keep. */
  recipe: unknown;
  /** How the run ended; missing where its process was killed. */
  outcome?: string | undefined;
}

/** Headers of an answer that are kept: those that say what the body is and what the client shall do. */
export const keptHeaders: readonly string[] = ["content-type", "request-id", "retry-after", "x-should-retry"];

/** Which recorded calls are looked at for a call: those of the same agent, caller, phase and task. */
export function laneOf({ agent, caller, phase, task }: RecordedScope): string {
  return JSON.stringify([phase ?? null, task ?? null, agent, caller ?? null]);
}

/** The scope for a person: "phase service, task health, claude-code". */
export function nameScope({ agent, caller, phase, task }: RecordedScope): string {
  const parts = [phase && `phase ${phase}`, task && `task ${task}`, agent, caller];
  return parts.filter((part) => part !== undefined).join(", ");
}
