import { CcbError, type Phase, type Task } from "@ccb/core";
import { chooseRecovery, defaultRecoveryLimits, isWait, type Recovery } from "./recovery/choose-recovery.ts";
import type { Failure } from "./recovery/failure.ts";
import type { NextTry, RunningBuild } from "./running-build.ts";
import type { BuildInput } from "./state/build-state.ts";

/** The first attempt at a task: nothing failed before it. */
export const firstTry: NextTry = Object.freeze({ note: undefined, contextShare: 1, withoutServers: [] });

/** Chooses what comes after a failed attempt, says why, and does it: another attempt, the end of the task, or the end of the run. */
export function recoverTask(running: RunningBuild, failed: { phase: Phase; task: Task; failure: Failure }): BuildInput {
  const { bench } = running;
  const { phase, task, failure } = failed;
  const history = running.failures.get(task.id) ?? [];
  const requiredServers = bench.servers.filter(({ required }) => required).map(({ name }) => name);
  // How often a violation of the MCP policy has the task done again is the policy's to say.
  const retries = { ...defaultRecoveryLimits.retries, "mcp-policy": failure.redo ? Number.MAX_SAFE_INTEGER : 0 };
  const limits = {
    ...defaultRecoveryLimits,
    ...bench.options.patience,
    retries,
    requiredServers,
    random: Math.random(),
  };
  const { action, why } = chooseRecovery(failure, history, limits);
  running.failures.set(task.id, [...history, failure]);
  bench.emit({
    type: "recovery-chosen",
    phase: phase.id,
    task: task.id,
    attempt: history.length + 1,
    failure: failure.kind,
    action: action.type,
    why,
  });
  return act(running, { task, failure, action });
}

function act(running: RunningBuild, chosen: { task: Task; failure: Failure; action: Recovery["action"] }): BuildInput {
  const { task, failure, action } = chosen;
  switch (action.type) {
    case "retry": {
      const { contextShare, withoutServers, note } = action;
      running.nextTries.set(task.id, { note: note || undefined, contextShare, withoutServers });
      const next = { type: "retry", delayMs: action.delayMs, isCounted: !isWait(failure) } as const;
      return { type: "task-failed", task: task.id, next, reason: failure.reason };
    }
    case "accept-task":
    case "fail-task":
      return { type: "task-failed", task: task.id, next: { type: "fail" }, reason: action.reason };
    case "pause-build": {
      const { reason, resumeAfterMs } = action;
      if (resumeAfterMs === undefined) throw new CcbError({ code: "stopped", message: reason });
      return { type: "task-failed", task: task.id, next: { type: "rest", resumeAfterMs }, reason };
    }
    case "stop-build":
      throw endOf(action, failure);
  }
}

function endOf(action: Extract<Recovery["action"], { type: "stop-build" }>, failure: Failure): CcbError {
  const { reason: message, outcome } = action;
  if (outcome === "budget-reached") return new CcbError({ code: "budget-reached", message });
  if (failure.kind === "credentials") {
    return new CcbError({
      code: "no-credentials",
      message,
      hint: "Check the key, its credit and its permissions; then go on with: ccb resume DIR",
    });
  }
  return new CcbError({ code: "mcp-failed", message, hint: "Mend the server's command, or mark it as not required." });
}
