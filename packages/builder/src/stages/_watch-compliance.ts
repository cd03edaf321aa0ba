import type { ToolUse } from "@ccb/core";
import { createComplianceTracker, defaultPolicy } from "@ccb/mcp";
import type { Workbench } from "../workbench.ts";
import type { TaskSession } from "./task-session.ts";
import { listUnavailable } from "./write-instructions.ts";

/** Holds one session to the MCP policy, from recorded tool calls alone. */
export interface ComplianceWatch {
  onToolUse(use: ToolUse): void;
  /** Why the session may not end yet; undefined lets it go, also after the last refusal. */
  beforeEnd(): string | undefined;
  /** What was violated, once the session has ended by itself; undefined when nothing was. */
  violation(): string | undefined;
}

/** Starts watching a session; what was used before it does not count. */
export function watchCompliance(bench: Workbench, { phase, task }: TaskSession): ComplianceWatch {
  const { maxRefusals } = defaultPolicy;
  const unavailable = listUnavailable(bench);
  const tracker = createComplianceTracker({ policy: defaultPolicy, servers: bench.servers, unavailable });
  const place = { phase: phase.id, task: task.id };
  let refusals = 0;
  return {
    onToolUse(use) {
      tracker.record(use);
      if (use.server === undefined) return;
      const { server, name, succeeded } = use;
      bench.emit({ type: "mcp-used", ...place, server, tool: name, succeeded });
    },
    beforeEnd() {
      const verdict = tracker.judge("task_complete");
      if (verdict.ok) return undefined;
      refusals++;
      const servers = verdict.missing.map((missing) => missing.server);
      bench.emit({ type: "mcp-violated", ...place, point: "task_complete", servers, refusal: refusals });
      return refusals <= maxRefusals ? verdict.message : undefined;
    },
    violation() {
      const verdict = tracker.judge("task_complete");
      if (verdict.ok) return undefined;
      const servers = verdict.missing.map((missing) => missing.server).join(" and ");
      return refusals > maxRefusals
        ? `it was refused ${maxRefusals} times and still had not used ${servers}`
        : `it ended without having used ${servers}`;
    },
  };
}
