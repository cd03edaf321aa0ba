import { createEnforcement, type Enforcement } from "@ccb/mcp";
import type { Workbench } from "../workbench.ts";
import { describeSubject } from "./_mcp-subject.ts";
import type { Intake } from "./intake.ts";
import type { TaskSession } from "./task-session.ts";
import { listUnavailable } from "./write-instructions.ts";

/** What of the workbench the watch needs. */
export type ComplianceBench = Pick<Workbench, "servers" | "unavailable" | "emit"> & {
  intake: Pick<Intake, "mcpPolicy">;
};

export type WatchedSession = Pick<TaskSession, "phase" | "task" | "withoutServers"> & {
  /** From 1. */
  attempt?: number;
};

/**
 * Starts holding one session to the MCP policy, from recorded tool calls alone; what was used before it does not count. Its `onToolUse`, `beforeTool` and
 * `beforeEnd` go into the request; `violation` says, after a session that ended by itself, why its work does not count, and `redo` whether the policy has
 * the task begun again.
 */
export function watchCompliance(bench: ComplianceBench, session: WatchedSession): Enforcement {
  const { phase, task, withoutServers, attempt = 1 } = session;
  const place = { phase: phase.id, task: task.id };
  const enforcement = createEnforcement({
    policy: bench.intake.mcpPolicy,
    servers: bench.servers,
    unavailable: [...listUnavailable(bench), ...withoutServers.map((name) => ({ name }))],
    subject: describeSubject(session),
    attempt,
    onJudged: (judgement) => bench.emit({ type: "mcp-judged", ...place, attempt, ...judgement }),
    onViolated: (violation) => bench.emit({ type: "mcp-violated", ...place, ...violation }),
  });
  return {
    ...enforcement,
    onToolUse(use) {
      enforcement.onToolUse(use);
      if (use.server === undefined) return;
      const { server, name, succeeded } = use;
      bench.emit({ type: "mcp-used", ...place, server, tool: name, succeeded });
    },
  };
}
