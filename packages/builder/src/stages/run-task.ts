import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { renderTaskPrompt } from "@ccb/agents";
import {
  CcbError,
  type Criterion,
  type Evidence,
  type Phase,
  renderPromptSection,
  type Task,
  type TaskRunResult,
} from "@ccb/core";
import { createComplianceTracker, defaultPolicy, renderMcpInstructions } from "@ccb/mcp";
import type { ChangedFile, CommitMessage } from "../project/repository.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import { chooseSpecification } from "./_specification-part.ts";
import { listUnavailable, templatesOf } from "./write-instructions.ts";

/** A session to run: a task of the plan, or the repair of a phase whose acceptance failed. */
export interface TaskSession {
  task: Task;
  phase: Phase;
  attempt: number;
  /** What the failed checks of the phase saw; only for a repair. */
  evidence: Evidence[];
  /** Why the attempt before this one failed. */
  earlierFailure: string | undefined;
}

/** How a session ended; only `done` has a commit. */
export type TaskSessionResult =
  | { outcome: "done"; commit: string; files: number; text: string }
  | { outcome: "failed"; retryable: boolean; reason: string }
  | { outcome: "stopped" }
  | { outcome: "budget-reached"; reason: string };

const defaultTaskTimeoutMs = 30 * 60_000;
const idleLimitMs = 6 * 60_000;
const maxTurns = 200;
/** Tokens of the specification a session is given at once; it can read the rest in artifacts/specification.md. */
const specificationBudget = 60_000;

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
  const run = await runSession(bench, work, session);
  const result = await judgeSession(bench, { session, base, run });
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

async function runSession(
  bench: Workbench,
  work: BuildWork,
  session: TaskSession,
): Promise<TaskRunResult & { violation: string | undefined }> {
  const { phase, task } = session;
  const scope = { build: bench.build, phase: phase.id, task: task.id, agent: "claude-code" };
  const tracker = createComplianceTracker({
    policy: defaultPolicy,
    servers: bench.servers,
    unavailable: listUnavailable(bench),
  });
  let refusals = 0;
  let violation: string | undefined;
  const { prompt, systemAppend } = await describeTask(bench, work, session);
  const run = await bench.executor.runTask({
    prompt,
    systemAppend,
    cwd: bench.paths.root,
    model: bench.options.model,
    baseUrl: bench.gateway.urlFor(scope),
    mcpServers: bench.servers,
    limits: { maxTurns, idleMs: idleLimitMs, totalMs: bench.options.taskTimeoutMs ?? defaultTaskTimeoutMs },
    signal: bench.signal,
    onToolUse(use) {
      tracker.record(use);
      if (use.server === undefined) return;
      bench.emit({
        type: "mcp-used",
        phase: phase.id,
        task: task.id,
        server: use.server,
        tool: use.name,
        succeeded: use.succeeded,
      });
    },
    beforeEnd() {
      const verdict = tracker.judge("task_complete");
      if (verdict.ok) return undefined;
      refusals++;
      const servers = verdict.missing.map((missing) => missing.server);
      bench.emit({
        type: "mcp-violated",
        phase: phase.id,
        task: task.id,
        point: "task_complete",
        servers,
        refusal: refusals,
      });
      if (refusals <= defaultPolicy.maxRefusals) return verdict.message;
      violation = `it was refused ${defaultPolicy.maxRefusals} times and still had not used ${servers.join(" and ")}`;
      return undefined;
    },
    onEvent(event) {
      if (event.type === "session-started") reportServers(bench, event.mcpServers);
      if (event.type === "tool-started") {
        bench.emit({
          type: "task-progress",
          phase: phase.id,
          task: task.id,
          message: describeTool(event.name, event.input, bench.paths.root),
        });
      }
      if (event.type === "api-retried") {
        bench.emit({
          type: "warning",
          message: `The model server answered ${event.status ?? "nothing"}; try ${event.attempt} in ${Math.round(event.delayMs / 1000)} s.`,
        });
      }
    },
  });
  const verdict = tracker.judge("task_complete");
  if (run.status === "done" && !verdict.ok && !violation) {
    violation = `it ended without having used ${verdict.missing.map((missing) => missing.server).join(" and ")}`;
  }
  return { ...run, violation };
}

async function judgeSession(
  bench: Workbench,
  ended: { session: TaskSession; base: string; run: TaskRunResult & { violation: string | undefined } },
): Promise<TaskSessionResult> {
  const { run, session } = ended;
  if (bench.signal.aborted || run.status === "aborted") return { outcome: "stopped" };
  if (run.status === "refused") return { outcome: "budget-reached", reason: run.reason };
  if (run.violation) {
    return { outcome: "failed", retryable: false, reason: `MCP policy violated: ${run.violation}.` };
  }
  if (run.status !== "done") return { outcome: "failed", retryable: true, reason: run.reason };
  const message: CommitMessage = {
    subject: session.task.name.slice(0, 72),
    body: session.task.description,
    trailers: [
      ["CCB-Build", bench.build],
      ["CCB-Phase", session.phase.id],
      ["CCB-Task", session.task.id],
      ["CCB-Requirements", session.task.requirementIds.join(", ") || "none"],
    ],
  };
  // artifacts/ is CCB's own: what a session may have changed there is no part of its work.
  const commit = await bench.repository.commitSince(ended.base, message, "artifacts");
  const files = await bench.repository.changedFiles(ended.base, commit);
  if (files.length === 0) bench.emit({ type: "warning", message: `Task ${session.task.id} changed no file.` });
  await recordFiles(bench, session, files);
  return { outcome: "done", commit, files: files.length, text: run.text };
}

async function recordFiles(bench: Workbench, session: TaskSession, files: ChangedFile[]): Promise<void> {
  const spent = bench.ledger.entries({ task: session.task.id });
  const tokens = spent.reduce((sum, entry) => sum + entry.usage.outputTokens, 0);
  for (const file of files) {
    if (file.change === "deleted") continue;
    const content = await readFile(join(bench.paths.root, file.path));
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

/** Everything the session is told. */
async function describeTask(
  bench: Workbench,
  work: BuildWork,
  session: TaskSession,
): Promise<{ prompt: string; systemAppend: string }> {
  const { intake } = bench;
  const { phase, task } = session;
  const requirements = intake.requirements.filter(({ id }) => task.requirementIds.includes(id));
  const criteria: Criterion[] = work.criteria.filter(
    (criterion) =>
      work.phaseOf.get(criterion.id) === phase.id &&
      (criterion.requirementIds.length === 0 ||
        criterion.requirementIds.some((id) => task.requirementIds.includes(id))),
  );
  const instructions = await readFile(join(bench.paths.root, "CLAUDE.md"), "utf8");
  const { prompt, systemAppend } = renderTaskPrompt({
    project: { name: intake.projectName, title: intake.specification.title },
    phase,
    task,
    requirements,
    criteria,
    context: chooseSpecification(bench, {
      task: { title: task.name, description: task.description, requirementIds: task.requirementIds },
      requirements: intake.requirements,
      budgetTokens: specificationBudget,
    }),
    executorModel: bench.options.model,
    instructions,
    mcpInstructions: renderMcpInstructions({
      policy: defaultPolicy,
      servers: bench.servers,
      unavailable: listUnavailable(bench),
      phase,
    }),
    evidence: session.evidence,
    attempt: session.attempt,
    ...(session.earlierFailure === undefined ? {} : { earlierFailure: session.earlierFailure }),
    ...templatesOf(bench),
  });
  return { prompt: [prompt, ...describeEarlier(work, session)].join("\n\n"), systemAppend };
}

/** What the tasks that this one depends on said at their end. */
function describeEarlier(work: BuildWork, session: TaskSession): string[] {
  return session.task.dependsOn.flatMap((id) => {
    const text = work.outputs.get(id);
    return text
      ? [renderPromptSection({ name: "earlier-result", attributes: { task: id }, content: text.slice(0, 4000) })]
      : [];
  });
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
