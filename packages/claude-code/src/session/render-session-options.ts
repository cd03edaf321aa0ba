import type { McpServerConfig, Options } from "@anthropic-ai/claude-agent-sdk";
import type { McpServerDefinition, TaskRunRequest } from "@ccb/core";

/**
 * Claude Code's own tools in a task session: files, commands, search, and `ToolSearch`, which loads the MCP tools whose schemas are deferred. No web
 * tools, no subagents, no plan mode, no questions to a person, and no task list: a session has one task, and the list brings reminders into the conversation.
 */
export const defaultBuiltinTools: readonly string[] = Object.freeze([
  "Read",
  "Write",
  "Edit",
  "Bash",
  "Grep",
  "Glob",
  "ToolSearch",
]);

/** Bash rules of a task session: every command. Confinement of commands is the sandbox's work, not a list's. */
export const defaultAllowedCommands: readonly string[] = Object.freeze(["*"]);

/**
 * Tools that no task session gets, nor their schemas: those of the git server that throw work away, move the branch away from where CCB commits, or reach the network.
 */
export const defaultRefusedTools: readonly string[] = Object.freeze(
  [
    "git_checkout",
    "git_cherry_pick",
    "git_clean",
    "git_clone",
    "git_fetch",
    "git_init",
    "git_merge",
    "git_pull",
    "git_push",
    "git_rebase",
    "git_remote",
    "git_reset",
    "git_stash",
    "git_worktree",
  ].map((tool) => `mcp__git__${tool}`),
);

/** What of the SDK's options follows from the request alone; pure. */
export function renderSessionOptions(options: {
  request: TaskRunRequest;
  builtinTools: readonly string[];
  allowedCommands: readonly string[];
  refusedTools: readonly string[];
}): Options {
  const { request, builtinTools, allowedCommands } = options;
  const mcpRules = request.mcpServers.map((server) => `mcp__${server.name}`);
  const toolRules = builtinTools.flatMap((tool) =>
    tool === "Bash" ? allowedCommands.map((command) => (command === "*" ? "Bash" : `Bash(${command})`)) : [tool],
  );
  return {
    cwd: request.cwd,
    model: request.model,
    maxTurns: request.limits.maxTurns,
    ...(request.resumeSessionId === undefined ? {} : { resume: request.resumeSessionId }),
    systemPrompt: { type: "preset", preset: "claude_code", append: request.systemAppend },
    settingSources: [],
    // CCB commits and writes its own trailers.
    settings: { attribution: false },
    strictMcpConfig: true,
    // Over stdin, not on the command line, where other users of the machine could read the servers' env and headers.
    mcpServersDelivery: "initialize",
    mcpServers: Object.fromEntries(request.mcpServers.map((server) => [server.name, renderMcpServer(server)])),
    tools: [...builtinTools],
    allowedTools: [...toolRules, ...mcpRules],
    disallowedTools: [...options.refusedTools],
    permissionMode: "dontAsk",
    // Parts of an answer are signs of life; without them a long answer looks like a hanging session.
    includePartialMessages: true,
  };
}

/** Variables of the session that its servers would inherit: with them a server could call the model at the build's cost, or speak to the session. */
const blankedInServers: Readonly<Record<string, string>> = Object.freeze({
  ANTHROPIC_API_KEY: "",
  ANTHROPIC_BASE_URL: "",
  CLAUDE_CODE_MESSAGING_SOCKET: "",
  CLAUDE_CODE_MESSAGING_TOKEN: "",
});

function renderMcpServer(server: McpServerDefinition): McpServerConfig {
  const { transport, alwaysLoad } = server;
  if (transport.type === "http") return { type: "http", url: transport.url, headers: transport.headers, alwaysLoad };
  const env = { ...blankedInServers, ...transport.env };
  return { type: "stdio", command: transport.command, args: transport.args, env, alwaysLoad };
}
