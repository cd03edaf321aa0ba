import { existsSync } from "node:fs";
import { join } from "node:path";
import { findModel } from "@ccb/core";
import { chooseSessionStart } from "../recovery/choose-session-start.ts";
import { openRepository } from "../repository/open-repository.ts";
import { listSessionFiles } from "../sessions/session-files.ts";
import type { Workbench } from "../workbench.ts";
import type { TaskSession } from "./task-session.ts";

/** A cut session to go on with. */
export interface SessionResume {
  sessionId: string;
  /** The commit it started from. */
  base: string;
  prompt: string;
  why: string;
}

const prompt = `This session was cut: the program that ran it ended in the middle. The files are as you left them; a tool call that was under way may or may not have had its effect.
Look at the state of the files, then go on with the task until it is complete. Everything you were told still holds, also what has to be used before the end.`;

/** Whether the session that a dead process left at this task is gone on with, and how; undefined where there is none or starting again is cheaper. */
export async function chooseSessionResume(bench: Workbench, session: TaskSession): Promise<SessionResume | undefined> {
  const { task } = session;
  const cut = session.isRepair ? undefined : bench.journal.cutAttempt(`task:${task.id}`);
  if (!cut?.sessionId || cut.base === undefined || session.note !== undefined) return undefined;
  const spent = bench.ledger.entries({ task: task.id }).filter(({ at }) => at >= cut.startedAt);
  const tokensOf = ({ usage }: (typeof spent)[number]) =>
    usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  const last = spent.findLast((entry) => tokensOf(entry) > 0);
  const { start, why } = chooseSessionStart({
    sessionId: cut.sessionId,
    transcriptExists: await hasTranscript(bench, cut.sessionId),
    worktreeIntact: await isIntact(bench, { task: task.id, base: cut.base }),
    spentMicroUsd: spent.reduce((sum, entry) => sum + (entry.costMicroUsd ?? 0), 0),
    spentTokens: spent.reduce((sum, entry) => sum + tokensOf(entry) + entry.usage.outputTokens, 0),
    lastPromptTokens: last ? tokensOf(last) : 0,
    model: findModel(bench.options.model),
  });
  return start === "resume" ? { sessionId: cut.sessionId, base: cut.base, prompt, why } : undefined;
}

async function hasTranscript(bench: Workbench, sessionId: string): Promise<boolean> {
  const files = await listSessionFiles(bench.paths.sessionHome);
  return files.some((file) => file.sessionId === sessionId && file.isTranscript && !file.sealed);
}

/** The session's files are where it left them: in its worktree, or in the project directory when nothing was committed by CCB since. */
async function isIntact(bench: Workbench, at: { task: string; base: string }): Promise<boolean> {
  if (bench.parallelTasks === 1) return (await bench.repository.lastCommitOf(bench.build)) === at.base;
  const directory = join(bench.paths.worktrees, at.task);
  if (!existsSync(join(directory, ".git"))) return false;
  const repository = openRepository({ directory, environment: bench.environment });
  return (await repository.head().catch(() => undefined)) !== undefined;
}
