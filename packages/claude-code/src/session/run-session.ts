import { randomUUID } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { query, type SDKMessage, type SDKResultMessage, type SpawnedProcess } from "@anthropic-ai/claude-agent-sdk";
import {
  CcbError,
  type Clock,
  type ExecutorEvent,
  type McpServerDefinition,
  type TaskRunRequest,
  type TaskRunResult,
  type ToolUse,
} from "@ccb/core";
import { type Confinement, planConfinement } from "../confinement/plan-confinement.ts";
import {
  endProcessTree,
  type RecordedProcess,
  readProcessRecord,
  sessionMarkVariable,
} from "../process/end-process-tree.ts";
import { type SessionGuard, startSessionGuard } from "../process/guard-session.ts";
import { spawnSession } from "../process/spawn-session.ts";
import { createSessionHooks } from "./create-session-hooks.ts";
import { createSessionWatch, type SessionWatch } from "./create-session-watch.ts";
import { judgeSessionEnd, sumReportedUsage } from "./judge-session-end.ts";
import { renderSessionEnvironment } from "./render-session-environment.ts";
import { renderSessionOptions } from "./render-session-options.ts";

export interface SessionSettings {
  environment: Record<string, string>;
  homeDirectory: string;
  executablePath: string | undefined;
  clock: Clock;
  builtinTools: readonly string[];
  allowedCommands: readonly string[];
  refusedTools: readonly string[];
  /** Path of setpriv, where parent-death signals work. */
  setpriv: string | undefined;
  /** Undefined where commands may write what the user may. */
  confinement: Confinement | undefined;
}

/** What was seen of a session while it ran. */
interface SessionRecord {
  sessionId: string | undefined;
  result: SDKResultMessage | undefined;
  failure: unknown;
  turns: number;
  process: RecordedProcess | undefined;
  standardError: string;
  /** Milliseconds the binary waited before it last repeated a call. */
  retryAfterMs: number | undefined;
  toolUses: ToolUse[];
  /** Calls that have begun and not ended, by id. */
  openCalls: Map<string, { name: string; startedMs: number }>;
}

/** Runs one session from start to the last process's end. */
export async function runSession(settings: SessionSettings, request: TaskRunRequest): Promise<TaskRunResult> {
  checkRequest(request, settings);
  const startedMs = settings.clock.monotonicMs();
  const record: SessionRecord = {
    sessionId: undefined,
    result: undefined,
    failure: undefined,
    turns: 0,
    process: undefined,
    standardError: "",
    retryAfterMs: undefined,
    toolUses: [],
    openCalls: new Map(),
  };
  const watch = createSessionWatch({ limits: request.limits, signal: request.signal });
  if (watch.cause === undefined) await runWatched({ settings, request, record, watch });
  watch.close();
  if (watch.cause?.status === "bug") throw renderBug(watch.cause.error);
  if (record.process === undefined && watch.cause === undefined) throw renderStartFailure(record.failure);
  return {
    ...judgeSessionEnd({ ...record, cause: watch.cause, waitingFor: describeOpenCall(record, settings.clock) }),
    sessionId: record.sessionId,
    turns: record.turns,
    durationMs: Math.round(settings.clock.monotonicMs() - startedMs),
    toolUses: record.toolUses,
    reportedUsage: sumReportedUsage(record.result),
    text: record.result?.subtype === "success" ? record.result.result : "",
  };
}

/** The call that the session has waited for longest. */
function describeOpenCall({ openCalls }: SessionRecord, clock: Clock): string | undefined {
  const [oldest] = openCalls.values();
  return oldest && `${oldest.name}, for ${Math.round((clock.monotonicMs() - oldest.startedMs) / 1000)} s`;
}

async function runWatched(session: {
  settings: SessionSettings;
  request: TaskRunRequest;
  record: SessionRecord;
  watch: SessionWatch;
}): Promise<void> {
  const { settings, request, record, watch } = session;
  const abortController = new AbortController();
  const mark = randomUUID();
  const onBug = (error: unknown) => watch.stop({ status: "bug", reason: "A callback threw.", error });
  const env = renderSessionEnvironment({ ...settings, ...request, idleMs: request.limits.idleMs, mark });
  const guard = startSessionGuard({
    mark: `${sessionMarkVariable}=${mark}`,
    path: env.PATH ?? "",
    onError: (error) => onBug(renderStartFailure(error)),
  });
  const onToolUse = (use: ToolUse) => {
    record.openCalls.delete(use.id);
    record.toolUses.push(use);
    request.onToolUse?.(use);
  };
  const onCall = ({ id, name }: { id: string; name: string }) =>
    void record.openCalls.set(id, { name, startedMs: settings.clock.monotonicMs() });
  const messages = query({
    prompt: request.prompt,
    options: {
      ...renderSessionOptions({ ...settings, request }),
      ...(settings.executablePath === undefined ? {} : { pathToClaudeCodeExecutable: settings.executablePath }),
      env,
      abortController,
      hooks: createSessionHooks({ request, clock: settings.clock, touch: watch.touch, onCall, onToolUse, onBug }),
      spawnClaudeCodeProcess: (spawned) =>
        startProcess({ ...session, guard, command: spawned.command, args: spawned.args, env }),
    },
  });
  const drained = drain(messages, session);
  await Promise.race([drained, watch.stopped]);
  if (watch.cause !== undefined) abortController.abort();
  // Also after a session that ended by itself: what it left running (a server started with "&") ends with it.
  if (record.process !== undefined) await endProcessTree(record.process);
  await Promise.race([drained, delay(5000, undefined, { ref: false })]);
  guard.release();
}

/** Reads all messages. The last result wins, and the exception that follows an error result is not one of ours. */
async function drain(
  messages: AsyncIterable<SDKMessage>,
  session: { request: TaskRunRequest; record: SessionRecord; watch: SessionWatch },
): Promise<void> {
  const { record, watch } = session;
  const iterator = messages[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<SDKMessage>;
    try {
      next = await iterator.next();
    } catch (error) {
      record.failure = error;
      return;
    }
    if (next.done) return;
    watch.touch();
    try {
      readMessage(next.value, session);
    } catch (error) {
      watch.stop({ status: "bug", reason: "A callback threw.", error });
      return;
    }
  }
}

function readMessage(
  message: SDKMessage,
  session: { request: TaskRunRequest; record: SessionRecord; watch: SessionWatch },
): void {
  const { request, record, watch } = session;
  if (message.type === "result") {
    record.result = message;
    watch.settle();
  } else if (message.type === "system" && message.subtype === "init") {
    record.sessionId = message.session_id;
    const mcpServers = message.mcp_servers.map(({ name, status }) => ({ name, status }));
    request.onEvent?.({ type: "session-started", sessionId: message.session_id, mcpServers });
    const missingServers = listMissingServers(request.mcpServers, mcpServers);
    if (missingServers.length > 0) {
      const reason = `A required MCP server did not start in the session: ${missingServers.join(", ")}.`;
      watch.stop({ status: "failed", reason, failure: { missingServers } });
    }
  } else if (message.type === "system" && message.subtype === "api_retry") {
    const status = message.error_status ?? undefined;
    record.retryAfterMs = Math.round(message.retry_delay_ms);
    request.onEvent?.({ type: "api-retried", attempt: message.attempt, delayMs: message.retry_delay_ms, status });
    // The binary would ask ten times in three minutes; no key becomes right by that.
    if (status === 401) {
      const reason = "The model server does not accept the credentials (status 401).";
      watch.stop({ status: "failed", reason, failure: { apiStatus: 401 } });
    }
  } else if (message.type === "assistant") {
    for (const block of message.message.content) {
      if (block.type === "text" && block.text !== "") request.onEvent?.({ type: "text-received", text: block.text });
    }
  } else if (message.type === "stream_event" && message.event.type === "message_start") {
    record.turns += 1;
  }
}

/** A required server that did not start fails the task as soon as the session says so; its first model call may be on its way by then. */
function listMissingServers(
  wanted: readonly McpServerDefinition[],
  started: readonly { name: string; status: string }[],
): string[] {
  return wanted
    .filter(
      ({ name, required }) => required && !started.some((server) => server.name === name && server.status !== "failed"),
    )
    .map(({ name }) => name);
}

/** Starts the binary under the guard and keeps what is needed to end it. */
function startProcess(start: {
  settings: SessionSettings;
  request: TaskRunRequest;
  record: SessionRecord;
  watch: SessionWatch;
  guard: SessionGuard;
  command: string;
  args: string[];
  env: Record<string, string>;
}): SpawnedProcess {
  const { record, request, guard } = start;
  const tell = (event: ExecutorEvent): void => {
    try {
      request.onEvent?.(event);
    } catch (error) {
      start.watch.stop({ status: "bug", reason: "A callback threw.", error });
    }
  };
  const { setpriv } = start.settings;
  const child = spawnSession({ ...start, cwd: request.cwd, setpriv, confined: confine(start) });
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    record.standardError = (record.standardError + text).slice(-4096);
    tell({ type: "output-received", text });
  });
  if (child.pid !== undefined) {
    guard.watch(child.pid);
    record.process = readProcessRecord(child.pid);
    tell({ type: "process-started", pid: child.pid });
  }
  return child;
}

/** The command inside bubblewrap, where sessions are confined. */
function confine(start: {
  settings: SessionSettings;
  request: TaskRunRequest;
  command: string;
  args: string[];
  env: Record<string, string>;
}): { command: string; args: string[] } | undefined {
  const { settings, request, command, args, env } = start;
  const { confinement, homeDirectory: home } = settings;
  if (confinement === undefined) return undefined;
  const needed = request.mcpServers.flatMap(({ transport }) =>
    transport.type === "http" ? [] : [transport.command, ...transport.args, ...Object.values(transport.env)],
  );
  const planned = planConfinement(confinement, { command, args, env, home, needed, cwd: request.cwd });
  return { command: confinement.bubblewrap, args: planned };
}

function checkRequest(request: TaskRunRequest, settings: SessionSettings): void {
  const isFolder = isAbsolute(request.cwd) && statSync(request.cwd, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) {
    throw new CcbError({
      code: "bad-input",
      message: `A session needs the absolute path of an existing directory as cwd, received "${request.cwd}".`,
      hint: "Create the project directory before its first task.",
    });
  }
  mkdirSync(join(settings.homeDirectory, "tmp"), { recursive: true });
}

function renderBug(error: unknown): CcbError {
  if (CcbError.isInstance(error)) return error;
  return new CcbError({
    code: "unexpected",
    message: `A callback of the session threw: ${error instanceof Error ? error.message : String(error)}. The session was ended.`,
    hint: "Callbacks of a TaskRunRequest must not throw; this is a bug in the caller.",
    cause: error,
  });
}

function renderStartFailure(failure: unknown): CcbError {
  return new CcbError({
    code: "task-failed",
    message: `Claude Code could not be started: ${failure instanceof Error ? failure.message : "no process was made"}`,
    hint: "Install the optional dependencies of @anthropic-ai/claude-agent-sdk (its binary is one), or name a binary as executablePath.",
    cause: failure,
  });
}
