import type { EnforcePoint } from "@ccb/core";

/**
 * The moments of a task session that CCB sees in hook events, and to which the points of the product specification are mapped:
 *
 * - `first-edit`: a tool call is about to change a file for the first time in the session
 * - `edit`, `read`, `directory`: a tool call is about to change or read a file, or to list or make a folder; each call by itself
 * - `dependency`: a command is about to add a dependency
 * - `failing`: a file is about to be changed after several commands in a row failed
 * - `deployment`: a command is about to publish or deploy
 * - `end`: the session wants to end, or to mark an item of its task list as completed
 */
export const policyMoments = [
  "first-edit",
  "edit",
  "read",
  "directory",
  "dependency",
  "failing",
  "deployment",
  "end",
] as const;
export type PolicyMoment = (typeof policyMoments)[number];

/** `required`: refused until it happened. `preferred`: told to the model and reported, never refused. `off`: not looked at. */
export const policyLevels = ["required", "preferred", "off"] as const;
export type PolicyLevel = (typeof policyLevels)[number];

/**
 * From where on a call counts: since the task's session began, since the last edit, since the commands began to fail, or only this very call (files through
 * the filesystem server).
 */
export const policyWindows = ["task", "last-edit", "failure", "this-call"] as const;

/** Which sessions a point concerns. */
export const policySessions = ["every", "first-of-phase", "last-of-phase", "large-task"] as const;

/** What one point of the product specification means. */
export interface PointPolicy {
  level: PolicyLevel;
  moment: PolicyMoment;
  since: (typeof policyWindows)[number];
  sessions: (typeof policySessions)[number];
}

/** What is asked of the use of one server. Plain data; regular expressions are written as their source. */
export interface ServerPolicy {
  /** What the server is for, in one sentence for the model. */
  usage: string;
  /** When to use it, for the model. */
  when: readonly string[];
  /** Points at which it must have been used. */
  enforceAt: readonly EnforcePoint[];
  /** Tools whose success counts as use; empty counts every tool. */
  countingTools: readonly string[];
  /** An answer that matches one of these did not succeed, whatever the server says of it. */
  failurePatterns: readonly string[];
  /** Only phases whose text matches one of these concern the server (its end points concern every phase); empty means every phase. */
  relevantTo: readonly string[];
  /** What a violation means once the refusals are used up: `critical` has the task redone and then failed, `warning` is only reported. */
  severity: "critical" | "warning";
  /** One call as the model writes it. */
  example: string;
}

/** How tool calls are recognised as moments. */
export interface ToolPolicy {
  editTools: readonly string[];
  readTools: readonly string[];
  directoryTools: readonly string[];
  /** Shell commands that change a file; regular expressions. */
  editCommands: readonly string[];
  dependencyCommands: readonly string[];
  deployCommands: readonly string[];
  /** Files whose change is no edit, by path in the project: what tools write by themselves; regular expressions. */
  uncountedFiles: readonly string[];
  /** Failed commands in a row from which on a session counts as debugging. */
  failingCommands: number;
}

/** When which server must be used, and what happens where it was not. */
export interface McpPolicy {
  points: Readonly<Record<EnforcePoint, PointPolicy>>;
  limits: {
    /** Refusals at one point after which the session is let go with a violation. */
    refusals: number;
    /** Times a task is begun again because of a critical violation before it fails. */
    redos: number;
  };
  tools: ToolPolicy;
  servers: Readonly<Record<string, ServerPolicy>>;
}

/** The session that is judged, as far as the policy cares. */
export interface PolicySubject {
  /** The first or last task of its phase, in the plan's order. */
  firstOfPhase: boolean;
  lastOfPhase: boolean;
  size: "S" | "M" | "L";
  /** The phase in words: name, goal, tasks. */
  phaseText: string;
}
