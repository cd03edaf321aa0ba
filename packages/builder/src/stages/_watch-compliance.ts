import type { ToolCall, ToolRefusal, ToolUse } from "@ccb/core";
import { createEnforcement, type Enforcement } from "@ccb/mcp";
import type { Workbench } from "../workbench.ts";
import { findEdits } from "./_find-edits.ts";
import { describeSubject } from "./_mcp-subject.ts";
import type { Intake } from "./intake.ts";
import type { TaskSession } from "./task-session.ts";
import { listUnavailable } from "./write-instructions.ts";

/** What of the workbench the watch needs. */
export type ComplianceBench = Pick<Workbench, "servers" | "unavailable" | "emit" | "atomically" | "environment"> & {
  intake: Pick<Intake, "mcpPolicy">;
};

export type WatchedSession = Pick<TaskSession, "phase" | "task" | "withoutServers"> & {
  /** From 1. */
  attempt?: number;
  /** Where it works, and the commit it starts from. */
  directory: string;
  base: string | undefined;
};

/** Holds one session to the policy; the callbacks go into its request. */
export interface ComplianceWatch extends Pick<Enforcement, "violation" | "redo"> {
  onToolUse(use: ToolUse): void;
  beforeTool(call: ToolCall): ToolRefusal | undefined;
  afterTool(use: ToolUse): Promise<ToolRefusal | undefined>;
  beforeEnd(what: "session" | "task"): Promise<string | undefined>;
}

/** A file system's clock goes in ticks, of at most this many milliseconds. */
const clockTickMs = 10;

/**
 * Starts holding one session to the MCP policy, from recorded tool calls alone; what was used before it does not count. `violation` says, after a session that ended by
 * itself, why its work does not count, and `redo` whether the policy has the task begun again.
 *
 * A command may run a program that writes files, which no rule on commands can foresee: after each one, and before the end of a session that seems to have edited nothing, the
 * directory itself is looked at.
 */
export function watchCompliance(bench: ComplianceBench, session: WatchedSession): ComplianceWatch {
  const { phase, task, withoutServers, attempt = 1 } = session;
  const place = { phase: phase.id, task: task.id };
  const startedMs = Date.now();
  const commands = new Map<string, number>();
  const enforcement = createEnforcement({
    policy: bench.intake.mcpPolicy,
    servers: bench.servers,
    unavailable: [...listUnavailable(bench), ...withoutServers.map((name) => ({ name }))],
    subject: describeSubject(session),
    attempt,
    onJudged: (judgement) => bench.emit({ type: "mcp-judged", ...place, attempt, ...judgement }),
    onViolated: (violation) => bench.emit({ type: "mcp-violated", ...place, ...violation }),
  });
  let isBlind = false;
  const look = async (sinceMs: number, by: string): Promise<ToolRefusal | undefined> => {
    if (isBlind) return undefined;
    try {
      const files = await findEdits({ ...session, environment: bench.environment, sinceMs });
      return enforcement.noticeEdits({ files, by });
    } catch (error) {
      isBlind = true;
      const why = error instanceof Error ? error.message : String(error);
      bench.emit({ type: "warning", message: `Task ${task.id}: edits by programs are not seen: ${why}` });
      return undefined;
    }
  };
  return {
    violation: enforcement.violation,
    redo: enforcement.redo,
    onToolUse(use) {
      enforcement.onToolUse(use);
      if (use.server === undefined) return;
      const { server, name, succeeded } = use;
      bench.emit({ type: "mcp-used", ...place, server, tool: name, succeeded });
    },
    beforeTool(call) {
      if (call.name === "Bash") commands.set(call.id, Date.now() - clockTickMs);
      const refusal = enforcement.beforeTool(call);
      if (refusal !== undefined) commands.delete(call.id);
      return refusal;
    },
    async afterTool(use) {
      const sinceMs = commands.get(use.id);
      commands.delete(use.id);
      return sinceMs === undefined || enforcement.isEdit(use) ? undefined : look(sinceMs, renderCommand(use));
    },
    async beforeEnd(what) {
      // The policy's refusal below says the same; what was noticed is asked for there.
      if (enforcement.awaitsFirstEdit()) await look(startedMs, "The session");
      return bench.atomically(() => enforcement.beforeEnd(what));
    },
  };
}

function renderCommand({ input }: ToolUse): string {
  const given = typeof input === "object" && input !== null && "command" in input ? String(input.command) : "";
  const line = given.replaceAll(/\s+/g, " ").trim();
  return `the command \`${line.length > 80 ? `${line.slice(0, 79)}…` : line}\``;
}
