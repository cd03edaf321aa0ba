import type { EnforcePoint, McpServerDefinition, ToolUse } from "@ccb/core";
import type { McpPolicy } from "./default-policy.ts";
import { judgeToolUse } from "./judge-tool-use.ts";

export interface ComplianceTrackerOptions {
  policy: McpPolicy;
  servers: readonly McpServerDefinition[];
  /** Servers that cannot be used in this build; nothing is asked of them. */
  unavailable?: readonly { name: string }[];
}

/** The verdict at one point. */
export type ComplianceVerdict =
  | { ok: true }
  | {
      ok: false;
      missing: { server: string; why: string; severity: "critical" | "warning" }[];
      /** Tells the model what to do; for the refusal. */
      message: string;
    };

/** Judges one task's use of MCP servers from the recorded calls alone, never from what the model says. */
export interface ComplianceTracker {
  /** Notes one ended tool call. */
  record(use: ToolUse): void;
  /** Whether every server that has to be used at this point was used since the task began. */
  judge(point: EnforcePoint): ComplianceVerdict;
  /** A task (or another attempt of it) begins: calls before this do not count for it. */
  beginTask(): void;
}

/** A tracker for one task session at a time. Its verdicts depend on nothing but the calls that were recorded. */
export function createComplianceTracker(options: ComplianceTrackerOptions): ComplianceTracker {
  let uses: ToolUse[] = [];
  return {
    record: (use) => void uses.push(use),
    judge: (point) => judgeCompliance({ ...options, point, uses }),
    beginTask() {
      uses = [];
    },
  };
}

/** Names of the servers that must be used at a point: those of the policy, and custom ones that are required. */
export function listEnforcedServers(options: ComplianceTrackerOptions & { point: EnforcePoint }): string[] {
  const { policy, servers, point, unavailable = [] } = options;
  if (!policy.enforcedPoints.includes(point)) return [];
  return servers
    .filter((server) => !unavailable.some((entry) => entry.name === server.name))
    .filter((server) => {
      const rule = policy.servers[server.name];
      return rule === undefined ? server.required && server.enforceAt.includes(point) : rule.enforceAt.includes(point);
    })
    .map((server) => server.name);
}

function judgeCompliance(
  options: ComplianceTrackerOptions & { point: EnforcePoint; uses: readonly ToolUse[] },
): ComplianceVerdict {
  const { policy, uses } = options;
  const missing: { server: string; why: string; severity: "critical" | "warning" }[] = [];
  for (const server of listEnforcedServers(options)) {
    const rule = policy.servers[server];
    const verdicts = uses.filter((use) => use.server === server).map((use) => judgeToolUse(use, rule));
    if (verdicts.some((verdict) => verdict.counts)) continue;
    const last = verdicts.at(-1);
    const why = last === undefined || last.counts ? "it was not used since the task began" : last.why;
    missing.push({ server, why, severity: rule?.severity ?? "critical" });
  }
  if (missing.length === 0) return { ok: true };
  return { ok: false, missing, message: renderRefusal({ point: options.point, missing, policy }) };
}

function renderRefusal(refusal: {
  point: EnforcePoint;
  missing: readonly { server: string; why: string }[];
  policy: McpPolicy;
}): string {
  const lines = refusal.missing.map(({ server, why }) => {
    const rule = refusal.policy.servers[server];
    const example = rule === undefined ? `Call one of its tools (mcp__${server}__…).` : `For example: ${rule.example}`;
    return `- ${server}: ${why}. ${example}`;
  });
  return [
    `The MCP policy is not met at ${refusal.point}. Before you end, these servers have to be used with success:`,
    ...lines,
    "Make these calls now, then end.",
  ].join("\n");
}
