import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CcbError, type ExecutorEvent, type TaskRunResult } from "@ccb/core";
import type { ChangedFile, CommitMessage } from "../project/repository.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { describeTask } from "./_describe-task.ts";
import { watchCompliance } from "./_watch-compliance.ts";
import type { TaskSession, TaskSessionResult } from "./task-session.ts";

const defaultTaskTimeoutMs = 30 * 60_000;
const idleLimitMs = 6 * 60_000;
const maxTurns = 200;

interface SessionEnd {
  run: TaskRunResult;
  violation: string | undefined;
}

/** Runs one Claude Code session, holds it to the MCP policy, records what it changed and commits it. */
export async function runTaskSession(
  bench: Workbench,
  work: BuildWork,
  session: TaskSession,
): Promise<TaskSessionResult> {
  const { phase, task, attempt } = session;
  const base = await restoreBase(bench, session);
  bench.emit({ type: "task-start", phase: phase.id, task: task.id, name: task.name, attempt });
  const endAttempt = bench.journal.attempt(`task:${task.id}`, attempt);
  const ended = await runSession(bench, work, session);
  const result = await judgeSession(bench, { session, base, ...ended });
  endAttempt(result.outcome);
  return result;
}

/** The commit the task starts from: the last of ours. What an interrupted attempt left on top of it is set aside under a ref. */
async function restoreBase(bench: Workbench, session: TaskSession): Promise<string> {
  const base = await bench.repository.lastCommitOf(bench.build);
  if (!base)
    throw new CcbError({ code: "unexpected", message: "The project's repository has no commit to start from." });
  const name = `${session.task.id}-${bench.clock
    .now()
    .toISOString()
    .replaceAll(/[^0-9]/g, "")}`;
  const kept = await bench.repository.setAside(base, name);
  if (kept) {
    bench.emit({ type: "warning", message: `Unfinished work of task ${session.task.id} was set aside as ${kept}.` });
  }
  return base;
}

async function runSession(bench: Workbench, work: BuildWork, session: TaskSession): Promise<SessionEnd> {
  const { phase, task } = session;
  const scope = { build: bench.build, phase: phase.id, task: task.id, agent: "claude-code" };
  const watch = watchCompliance(bench, session);
  const run = await bench.executor.runTask({
    ...(await describeTask(bench, work, session)),
    cwd: bench.paths.root,
    model: bench.options.model,
    baseUrl: bench.gateway.urlFor(scope),
    mcpServers: bench.servers,
    limits: { maxTurns, idleMs: idleLimitMs, totalMs: bench.options.taskTimeoutMs ?? defaultTaskTimeoutMs },
    signal: bench.signal,
    onToolUse: watch.onToolUse,
    beforeEnd: watch.beforeEnd,
    onEvent: (event) => reportEvent(bench, session, event),
  });
  return { run, violation: run.status === "done" ? watch.violation() : undefined };
}

async function judgeSession(
  bench: Workbench,
  ended: { session: TaskSession; base: string } & SessionEnd,
): Promise<TaskSessionResult> {
  const { run, session, violation } = ended;
  if (bench.signal.aborted || run.status === "aborted") return { outcome: "stopped" };
  if (run.status === "refused") return { outcome: "budget-reached", reason: run.reason };
  if (violation) return { outcome: "failed", retryable: false, reason: `MCP policy violated: ${violation}.` };
  if (run.status !== "done") return { outcome: "failed", retryable: true, reason: run.reason };
  // artifacts/ is CCB's own: what a session may have changed there is no part of its work.
  const commit = await bench.repository.commitSince(ended.base, renderCommit(bench, session), "artifacts");
  const files = await bench.repository.changedFiles(ended.base, commit);
  if (files.length === 0) bench.emit({ type: "warning", message: `Task ${session.task.id} changed no file.` });
  await recordFiles(bench, session, files);
  return { outcome: "done", commit, files: files.length, text: run.text };
}

function renderCommit(bench: Workbench, { task, phase }: TaskSession): CommitMessage {
  return {
    subject: task.name.slice(0, 72),
    body: task.description,
    trailers: [
      ["CCB-Build", bench.build],
      ["CCB-Phase", phase.id],
      ["CCB-Task", task.id],
      ["CCB-Requirements", task.requirementIds.join(", ") || "none"],
    ],
  };
}

/** Keeps a copy of every regular file that the task made or changed. */
async function recordFiles(bench: Workbench, session: TaskSession, files: ChangedFile[]): Promise<void> {
  const spent = bench.ledger.entries({ task: session.task.id });
  const tokens = spent.reduce((sum, entry) => sum + entry.usage.outputTokens, 0);
  for (const file of files) {
    if (file.change === "deleted") continue;
    const path = join(bench.paths.root, file.path);
    if (!(await lstat(path)).isFile()) continue;
    const content = await readFile(path);
    const { phase, task } = session;
    bench.generatedCode.record({
      phase: phase.id,
      task: task.id,
      model: bench.options.model,
      tokens,
      path: file.path,
      content,
    });
  }
}

function reportEvent(bench: Workbench, { phase, task }: TaskSession, event: ExecutorEvent): void {
  if (event.type === "session-started") reportServers(bench, event.mcpServers);
  if (event.type === "tool-started") {
    const message = describeTool(event.name, event.input, bench.paths.root);
    bench.emit({ type: "task-progress", phase: phase.id, task: task.id, message });
  }
  if (event.type === "api-retried") {
    const seconds = Math.round(event.delayMs / 1000);
    const message = `The model server answered ${event.status ?? "nothing"}; try ${event.attempt} in ${seconds} s.`;
    bench.emit({ type: "warning", message });
  }
}

function reportServers(bench: Workbench, servers: { name: string; status: string }[]): void {
  for (const { name, status } of servers) {
    if (status === "connected" || status === "pending" || bench.unavailable.has(name)) continue;
    bench.emit({ type: "mcp-unavailable", server: name, reason: `Claude Code reports it as ${status}` });
  }
}

/** One line for people: the tool and what it is used on. */
function describeTool(name: string, input: unknown, root: string): string {
  const fields = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
  const subject = String(fields.file_path ?? fields.command ?? fields.path ?? fields.query ?? "").replaceAll(
    `${root}/`,
    "",
  );
  const short = name.replace(/^mcp__/, "").replace("__", " ");
  return `${short} ${subject.split("\n")[0]?.slice(0, 80) ?? ""}`.trim();
}
