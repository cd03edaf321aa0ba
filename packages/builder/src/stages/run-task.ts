import { join } from "node:path";
import type { TaskRunResult } from "@ccb/core";
import { type ArtifactsGuard, guardArtifacts } from "../gate/guard-artifacts.ts";
import { holdToGate } from "../gate/hold-to-gate.ts";
import type { Attempt } from "../journal/run-table.ts";
import { isWait } from "../recovery/choose-recovery.ts";
import { classifyFailure } from "../recovery/classify-failure.ts";
import { createStuckWatch } from "../recovery/watch-for-stuck.ts";
import type { ChangedFile, CommitMessage } from "../repository/open-repository.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { reportSetAside } from "../workplace/_set-aside.ts";
import { openWorkplace, type Workplace, worksInWorktree } from "../workplace/workplace.ts";
import { describeSecrets } from "./_describe-secrets.ts";
import { describeTask } from "./_describe-task.ts";
import { recordFiles } from "./_record-files.ts";
import { reportExecutorEvent } from "./_report-executor-event.ts";
import { watchCompliance } from "./_watch-compliance.ts";
import { chooseSessionResume } from "./choose-session-resume.ts";
import { findUnresolved, type MergeRounds, mergeWork } from "./merge-work.ts";
import { hashTaskInputs } from "./reuse-task.ts";
import type { TaskSession, TaskSessionResult } from "./task-session.ts";

const defaultTaskTimeoutMs = 30 * 60_000;
const idleLimitMs = 6 * 60_000;
const maxTurns = 200;

interface Running {
  bench: Workbench;
  work: BuildWork;
  session: TaskSession;
  place: Workplace;
  attempt: Attempt;
  guard: ArtifactsGuard;
  asked: SessionPrompt;
}

interface SessionPrompt {
  prompt: string;
  systemAppend: string;
  resumeSessionId?: string;
}

/** Runs one task in Claude Code, holds it to the MCP policy, commits what it changed and brings it onto the main line. */
export async function runTaskSession(
  bench: Workbench,
  work: BuildWork,
  session: TaskSession,
): Promise<TaskSessionResult> {
  const { phase, task } = session;
  const resume = await chooseSessionResume(bench, session);
  const place = await openWorkplace(bench, { session, resumeFrom: resume?.base });
  let guard: ArtifactsGuard | undefined;
  let goesOn = false;
  try {
    const attempt = bench.atomically(() => {
      const begun = bench.journal.beginAttempt(`task:${task.id}`, place.base);
      bench.emit({ type: "task-start", phase: phase.id, task: task.id, name: task.name, attempt: begun.number });
      if (resume) bench.emit({ type: "task-progress", phase: phase.id, task: task.id, message: resume.why });
      return begun;
    });
    bench.fences.set(task.id, attempt);
    const asked = await describeTask(bench, work, { ...session, attempt: attempt.number });
    guard = await openGuard(bench, session, place);
    const running = { bench, work, session, place, attempt, guard, asked };
    const prompt = resume ? { ...asked, prompt: resume.prompt, resumeSessionId: resume.sessionId } : asked;
    const result = await finishSession(running, await runSession(running, prompt));
    // The end of a finished task is noted together with its result, by whoever saves it. One that was stopped, or that the model server turned away, is left open to be gone on with.
    goesOn = result.outcome === "stopped" || (result.outcome === "failed" && isWait(result.failure));
    if (result.outcome === "failed" && !goesOn) attempt.end(result.failure.kind);
    return result;
  } finally {
    await guard?.undoChanges();
    const kept = goesOn ? undefined : await place.close();
    if (kept) reportSetAside(bench, task.id, kept);
  }
}

function openGuard(bench: Workbench, session: TaskSession, place: Workplace): Promise<ArtifactsGuard> {
  const own = { folder: bench.paths.artifacts, memory: bench.artifactsMemory };
  if (!worksInWorktree(bench, session)) return guardArtifacts([own]);
  const copied = { folder: join(place.directory, "artifacts"), memory: new Map() };
  return guardArtifacts([own, copied], (path) => bench.repository.readAtHead(path));
}

interface SessionEnd {
  run: TaskRunResult;
  violation: string | undefined;
  /** The policy has the task done again after the violation. */
  redo: boolean;
  /** Why it was stopped as stuck. */
  stuck: string | undefined;
}

async function runSession({ bench, session, place, attempt }: Running, asked: SessionPrompt): Promise<SessionEnd> {
  const { phase, task } = session;
  const scope = { build: bench.build, phase: phase.id, task: task.id, agent: "claude-code", attempt: attempt.number };
  const { directory, base } = place;
  const watch = watchCompliance(bench, { ...session, attempt: attempt.number, directory, base });
  const repetition = createStuckWatch();
  const ending = new AbortController();
  let stuck: string | undefined;
  const registered = bench.sessions.begin({ task: task.id, phase: phase.id, attempt: attempt.number });
  const output = bench.openOutput({ phase: phase.id, task: task.id, attempt: attempt.number });
  const running = bench.executor.runTask({
    ...asked,
    cwd: place.directory,
    model: bench.options.model,
    baseUrl: bench.gateway.urlFor(scope),
    mcpServers: place.servers.filter(({ name }) => !session.withoutServers.includes(name)),
    limits: { maxTurns, idleMs: idleLimitMs, totalMs: bench.options.taskTimeoutMs ?? defaultTaskTimeoutMs },
    signal: AbortSignal.any([bench.signal, ending.signal]),
    onToolUse: (use) => {
      watch.onToolUse(use);
      stuck ??= repetition.onToolUse(use);
      if (stuck !== undefined) ending.abort();
    },
    beforeTool: watch.beforeTool,
    afterTool: watch.afterTool,
    beforeEnd: watch.beforeEnd,
    onEvent: (event) => {
      if (event.type === "output-received") output.write(event.text);
      bench.atomically(() => {
        if (event.type === "session-started") attempt.session(event.sessionId);
        registered.observe(event);
        reportExecutorEvent(bench, { session, directory: place.directory }, event);
      });
    },
  });
  const run = await running.finally(() => output.end());
  registered.ended(stuck === undefined ? run.status : "stuck");
  const violation = run.status === "done" ? watch.violation() : undefined;
  return { run, stuck, violation, redo: violation !== undefined && watch.redo() };
}

/** What a session changed that did what it should; only then its work is committed. */
async function judgeSession(
  { bench, session, place }: Running,
  ended: SessionEnd,
): Promise<{ outcome: "good"; changed: ChangedFile[] } | Exclude<TaskSessionResult, { outcome: "done" }>> {
  const isOurs = ended.stuck === undefined;
  if (bench.signal.aborted || (isOurs && ended.run.status === "aborted")) return { outcome: "stopped" };
  if (ended.run.status === "refused" && bench.overTaskCap.delete(session.task.id))
    return { outcome: "failed", failure: { kind: "task-budget", reason: ended.run.reason } };
  const isDone = ended.run.status === "done";
  const changed = isDone ? await place.repository.listChanges(place.base) : [];
  const failure = classifyFailure({
    ...ended,
    changedFiles: session.mayChangeNothing ? undefined : changed.length,
    declaredFiles: session.task.files.length,
  });
  if (failure) return { outcome: "failed", failure: { ...failure, redo: ended.redo } };
  const paths = changed.map(({ path }) => path);
  const secret = await describeSecrets({ directory: place.directory, paths, waivers: bench.waivers });
  if (secret !== undefined) return { outcome: "failed", failure: { kind: "test-failure", reason: secret } };
  return { outcome: "good", changed };
}

/** Holds a session's work to the gate, commits it and brings it onto the main line; what is found on the way goes back to a session, within limits. */
async function finishSession(running: Running, first: SessionEnd): Promise<TaskSessionResult> {
  const { bench, work, session, place, attempt } = running;
  const rounds: MergeRounds = { conflicts: 0, tests: 0 };
  let ended = first;
  for (let round = 1; ; ) {
    const judged = await judgeSession(running, ended);
    if (judged.outcome !== "good") return judged;
    const { changed } = judged;
    const gate = await holdToGate(bench, { ...running, changed, round });
    if (gate.outcome === "refused") return { outcome: "failed", failure: gate.failure };
    if (gate.outcome === "mend") {
      round++;
      ended = await goOn(running, { ended, prompt: gate.prompt });
      continue;
    }
    attempt.fence();
    const message = renderCommit(bench, session);
    const made = await place.commit(message);
    attempt.fence();
    const merge = await mergeWork(bench, work, { session, place, made, message, rounds });
    if (merge.outcome === "refused") return { outcome: "failed", failure: merge.failure };
    if (merge.outcome === "merged") return closeTask(running, { commit: merge.commit, text: first.run.text }, changed);
    ended = await runSession(running, { ...running.asked, prompt: merge.prompt });
    const unresolved = ended.run.status === "done" ? await findUnresolved(place.directory, merge.files) : undefined;
    if (unresolved) return { outcome: "failed", failure: unresolved };
  }
}

/** Notes what a merged commit changed. */
async function closeTask(
  running: Running,
  made: { commit: string; text: string },
  files: ChangedFile[],
): Promise<TaskSessionResult> {
  const { bench, session, place, attempt } = running;
  if (files.length === 0) bench.emit({ type: "warning", message: `Task ${session.task.id} changed no file.` });
  await recordFiles(bench, { session, directory: place.directory, files });
  return { outcome: "done", ...made, files: files.length, attempt };
}

/** The session goes on where it ended; where it cannot, another is told the task with it. */
async function goOn(running: Running, next: { ended: SessionEnd; prompt: string }): Promise<SessionEnd> {
  const { sessionId } = next.ended.run;
  const { asked } = running;
  if (sessionId === undefined) return runSession(running, { ...asked, prompt: `${asked.prompt}\n\n${next.prompt}` });
  return runSession(running, { ...asked, prompt: next.prompt, resumeSessionId: sessionId });
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
      ["CCB-Inputs", hashTaskInputs(bench, { task, phase })],
    ],
  };
}
