import type { HookCallback, HookCallbackMatcher, HookEvent, HookInput } from "@anthropic-ai/claude-agent-sdk";
import type { Clock, TaskRunRequest, ToolUse } from "@ccb/core";
import { checkWrite } from "./check-write.ts";
import { renderToolUse } from "./record-tool-use.ts";

export interface SessionHooksOptions {
  request: TaskRunRequest;
  clock: Clock;
  /** Called at each hook, since a hook is a sign of life. */
  touch: () => void;
  onToolUse: (use: ToolUse) => void;
  /** A callback of the caller threw. The session must not go on as if nothing had happened. */
  onBug: (error: unknown) => void;
}

/**
 * The hooks of one session: the guard before each tool call, the record after it, and the question before the end.
 *
 * Where a callback of ours throws, the guarded action is refused: `onFailure: "block"` does that for tools; the SDK ignores it for Stop, so there the
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
  return {
    PreToolUse: on(async (input) => beforeTool(input, options)),
    PostToolUse: on(async (input) => afterTool(input, options)),
    PostToolUseFailure: on(async (input) => afterTool(input, options)),
    Stop: [{ hooks: [async () => beforeEnd(options)] }],
  };
}

function beforeTool(input: HookInput, options: SessionHooksOptions): Awaited<ReturnType<HookCallback>> {
  if (input.hook_event_name !== "PreToolUse") return {};
  options.request.onEvent?.({ type: "tool-started", name: input.tool_name, input: input.tool_input });
  const reason = checkWrite({
    name: input.tool_name,
    input: input.tool_input,
    projectDirectory: options.request.cwd,
  });
  if (reason === undefined) return {};
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
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason,
    },
  };
}

function afterTool(input: HookInput, options: SessionHooksOptions): Awaited<ReturnType<HookCallback>> {
  if (input.hook_event_name !== "PostToolUse" && input.hook_event_name !== "PostToolUseFailure") return {};
  const succeeded = input.hook_event_name === "PostToolUse";
  options.onToolUse(
    renderToolUse({
      id: input.tool_use_id,
      name: input.tool_name,
      server: input.mcp_server?.name,
      input: input.tool_input,
      succeeded,
      response: input.hook_event_name === "PostToolUse" ? input.tool_response : input.error,
      durationMs: input.duration_ms,
      clock: options.clock,
    }),
  );
  return {};
}

function beforeEnd(options: SessionHooksOptions): Awaited<ReturnType<HookCallback>> {
  options.touch();
  try {
    const reason = options.request.beforeEnd?.();
    return reason === undefined ? {} : { decision: "block", reason };
  } catch (error) {
    options.onBug(error);
    return { decision: "block", reason: "The check before the end failed; the session is being stopped." };
  }
}
