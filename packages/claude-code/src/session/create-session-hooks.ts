import type {
  HookCallback,
  HookCallbackMatcher,
  HookEvent,
  HookInput,
  PreToolUseHookInput,
} from "@anthropic-ai/claude-agent-sdk";
import type { Clock, TaskRunRequest, ToolRefusal, ToolUse } from "@ccb/core";
import { checkWrite } from "./check-write.ts";
import { parseMcpServer, renderToolUse } from "./record-tool-use.ts";

export interface SessionHooksOptions {
  request: TaskRunRequest;
  clock: Clock;
  /** Called at each hook, since a hook is a sign of life. */
  touch: () => void;
  /** A call that is let through begins; `onToolUse` tells of its end. */
  onCall: (call: { id: string; name: string }) => void;
  onToolUse: (use: ToolUse) => void;
  /** A callback of the caller threw. The session must not go on as if nothing had happened. */
  onBug: (error: unknown) => void;
}

/**
 * The hooks of one session: the guard before each tool call, the record after it, and the question before the end.
 *
 * Where a callback of ours throws, the guarded action is refused: `onFailure: "block"` does that for tools; the SDK ignores it for Stop and TaskCompleted, so there the
 * exception is caught and refuses the end, while `onBug` ends the session.
 */
export function createSessionHooks(options: SessionHooksOptions): Partial<Record<HookEvent, HookCallbackMatcher[]>> {
  const on = (callback: (input: HookInput) => ReturnType<HookCallback>): HookCallbackMatcher[] => [
    {
      hooks: [
        async (input) => {
          options.touch();
          try {
            return await callback(input);
          } catch (error) {
            options.onBug(error);
            throw error;
          }
        },
      ],
      onFailure: "block",
    },
  ];
  // Claude Code goes on after a failed call whatever its hook says: the next call is where such a session ends.
  let ending: string | undefined;
  const after = async (input: HookInput): ReturnType<HookCallback> => {
    const objection = await afterTool(input, options);
    if (objection === undefined) return {};
    const { reason, endSession = false } = objection;
    if (endSession) ending ??= reason;
    if (endSession) return { continue: false, stopReason: reason };
    if (input.hook_event_name !== "PostToolUse" && input.hook_event_name !== "PostToolUseFailure") return {};
    return { hookSpecificOutput: { hookEventName: input.hook_event_name, additionalContext: reason } };
  };
  return {
    PreToolUse: on(async (input) =>
      ending === undefined ? beforeTool(input, options) : renderRefusal({ reason: ending, endSession: true }),
    ),
    PostToolUse: on(after),
    PostToolUseFailure: on(after),
    Stop: [{ hooks: [async () => beforeEnd(options, "session")] }],
    TaskCompleted: [{ hooks: [async () => beforeEnd(options, "task")] }],
  };
}

function beforeTool(input: HookInput, options: SessionHooksOptions): Awaited<ReturnType<HookCallback>> {
  if (input.hook_event_name !== "PreToolUse") return {};
  options.request.onEvent?.({ type: "tool-started", name: input.tool_name, input: input.tool_input });
  const refusal = findRefusal(input, options.request);
  if (refusal === undefined) options.onCall({ id: input.tool_use_id, name: input.tool_name });
  if (refusal === undefined) return {};
  const { reason } = refusal;
  // A refused call gets no PostToolUse, yet it belongs in the record.
  options.onToolUse(
    renderToolUse({
      id: input.tool_use_id,
      name: input.tool_name,
      server: input.mcp_server?.name,
      input: input.tool_input,
      succeeded: false,
      response: reason,
      durationMs: 0,
      clock: options.clock,
    }),
  );
  return renderRefusal(refusal);
}

function renderRefusal({ reason, endSession = false }: ToolRefusal): Awaited<ReturnType<HookCallback>> {
  return {
    ...(endSession ? { continue: false, stopReason: reason } : {}),
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason,
    },
  };
}

/** Our own guard first; the caller is asked only about what may happen at all. */
function findRefusal(input: PreToolUseHookInput, request: TaskRunRequest): ToolRefusal | undefined {
  const call = { name: input.tool_name, input: input.tool_input };
  const reason = checkWrite({ ...call, projectDirectory: request.cwd });
  if (reason !== undefined) return { reason };
  const server = input.mcp_server?.name ?? parseMcpServer(input.tool_name);
  return request.beforeTool?.({ ...call, id: input.tool_use_id, server });
}

async function afterTool(input: HookInput, options: SessionHooksOptions): Promise<ToolRefusal | undefined> {
  if (input.hook_event_name !== "PostToolUse" && input.hook_event_name !== "PostToolUseFailure") return undefined;
  const succeeded = input.hook_event_name === "PostToolUse";
  const use = renderToolUse({
    id: input.tool_use_id,
    name: input.tool_name,
    server: input.mcp_server?.name,
    input: input.tool_input,
    succeeded,
    response: input.hook_event_name === "PostToolUse" ? input.tool_response : input.error,
    durationMs: input.duration_ms,
    clock: options.clock,
  });
  options.onToolUse(use);
  return options.request.afterTool?.(use);
}

async function beforeEnd(options: SessionHooksOptions, what: "session" | "task"): ReturnType<HookCallback> {
  options.touch();
  try {
    const reason = await options.request.beforeEnd?.(what);
    return reason === undefined ? {} : { decision: "block", reason };
  } catch (error) {
    options.onBug(error);
    return { decision: "block", reason: "The check before the end failed; the session is being stopped." };
  }
}
