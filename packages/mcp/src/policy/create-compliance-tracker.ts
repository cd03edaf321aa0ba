import type { EnforcePoint, McpServerDefinition, ToolUse } from "@ccb/core";
import { classifyCall, matchesAny } from "./classify-call.ts";
import { judgeToolUse } from "./judge-tool-use.ts";
import type { McpPolicy, PolicySubject } from "./mcp-policy.ts";
import { renderRefusal } from "./render-refusal.ts";

export interface ComplianceTrackerOptions {
  policy: McpPolicy;
  servers: readonly McpServerDefinition[];
  /** Servers that cannot be used in this build; nothing is asked of them. */
  unavailable?: readonly { name: string }[];
  /** The session that is judged; without it every point concerns it. */
  subject?: PolicySubject;
}

export interface MissingUse {
  server: string;
  why: string;
  severity: "critical" | "warning";
}

/** The verdict at one point. */
export type ComplianceVerdict =
  | { ok: true /** By server: the call that counts. */; evidence?: Record<string, string> }
  | {
      ok: false;
      missing: MissingUse[];
      evidence: Record<string, string>;
      /** Tells the model what to do; for the refusal. */
      message: string;
    };

/** Judges one task's use of MCP servers from the recorded calls alone, never from what the model says. */
export interface ComplianceTracker {
  /** Notes one ended tool call. */
  record(use: ToolUse): void;
  /** Whether every server that has to be used at this point was used since the moment from which the point counts. */
  judge(point: EnforcePoint): ComplianceVerdict;
  /** Files were changed in a way that no recorded call shows; calls before this do not count where they have to follow the last edit. */
  noteEdit(): void;
  /** Commands that failed since the last that did not. */
  failedInARow(): number;
  /** A task (or another attempt of it) begins: calls before this do not count for it. */
  beginTask(): void;
}

/** A tracker for one task session at a time. Its verdicts depend on nothing but the calls that were recorded. */
export function createComplianceTracker(options: ComplianceTrackerOptions): ComplianceTracker {
  const { policy } = options;
  /** Only calls of servers are looked at again; the rest is remembered by place. */
  let uses: { at: number; use: ToolUse }[] = [];
  let count = 0;
  let lastEdit = 0;
  let failures: number[] = [];
  const windows = () => ({ task: 0, "last-edit": lastEdit, failure: failures[0] ?? count, "this-call": count });
  return {
    record(use) {
      const at = count++;
      if (use.server !== undefined) uses.push({ at, use });
      if (use.succeeded && classifyCall(use, policy.tools).has("edit")) lastEdit = count;
      if (use.name === "Bash") failures = use.succeeded ? [] : [...failures, at];
    },
    judge(point) {
      const from = windows()[policy.points[point].since];
      const counted = uses.filter(({ at }) => at >= from).map(({ use }) => use);
      return judgeCompliance({ ...options, point, uses: counted });
    },
    noteEdit() {
      lastEdit = count;
    },
    failedInARow: () => failures.length,
    beginTask() {
      uses = [];
      count = 0;
      lastEdit = 0;
      failures = [];
    },
  };
}

/** Names of the servers that are looked at at a point: those of the policy, and custom ones that are required. */
export function listServersAt(options: ComplianceTrackerOptions & { point: EnforcePoint }): string[] {
  const { policy, servers, point, unavailable = [], subject } = options;
  const { level, moment, sessions } = policy.points[point];
  if (level === "off" || !concerns(sessions, subject)) return [];
  return servers
    .filter((server) => !unavailable.some((entry) => entry.name === server.name))
    .filter((server) => {
      const rule = policy.servers[server.name];
      if (rule === undefined) return server.required && server.enforceAt.includes(point);
      if (!rule.enforceAt.includes(point)) return false;
      if (moment === "end" || rule.relevantTo.length === 0 || subject === undefined) return true;
      return matchesAny(subject.phaseText, rule.relevantTo, "i");
    })
    .map((server) => server.name);
}

function concerns(
  sessions: McpPolicy["points"][EnforcePoint]["sessions"],
  subject: PolicySubject | undefined,
): boolean {
  if (subject === undefined || sessions === "every") return true;
  if (sessions === "first-of-phase") return subject.firstOfPhase;
  if (sessions === "last-of-phase") return subject.lastOfPhase;
  return subject.size === "L";
}

function judgeCompliance(
  options: ComplianceTrackerOptions & { point: EnforcePoint; uses: readonly ToolUse[] },
): ComplianceVerdict {
  const { policy, uses, point } = options;
  const missing: MissingUse[] = [];
  const evidence: Record<string, string> = {};
  for (const server of listServersAt(options)) {
    const rule = policy.servers[server];
    const judged = uses
      .filter((use) => use.server === server)
      .map((use) => ({ use, verdict: judgeToolUse(use, rule) }));
    const counting = judged.findLast(({ verdict }) => verdict.counts);
    if (counting !== undefined) {
      evidence[server] = `${counting.use.name} (${counting.use.id}, ${counting.use.endedAt})`;
      continue;
    }
    const last = judged.at(-1)?.verdict;
    const why = last === undefined || last.counts ? renderUnused(policy, point) : last.why;
    missing.push({ server, why, severity: rule?.severity ?? "critical" });
  }
  if (missing.length === 0) return { ok: true, evidence };
  return { ok: false, missing, evidence, message: renderRefusal({ point, missing, policy }) };
}

function renderUnused(policy: McpPolicy, point: EnforcePoint): string {
  return {
    task: "it was not used since the task began",
    "last-edit": "it was not used since the last edit",
    failure: "it was not used since the commands began to fail",
    "this-call": "this was done without it",
  }[policy.points[point].since];
}
