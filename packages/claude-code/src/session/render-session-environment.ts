import { join } from "node:path";
import { sessionMarkVariable } from "../process/end-process-tree.ts";

/** Names that look like credentials, and all settings of another Claude Code or model client. */
const keptOut =
  /(?:^|_)(?:KEY|KEYS|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_|$)|^(?:ANTHROPIC|CLAUDE|OPENAI|MOONSHOT|AWS|AZURE|GOOGLE|VERTEX|BEDROCK)|^(?:NODE_OPTIONS|NODE_EXTRA_CA_CERTS|BASH_ENV|ENV|LD_PRELOAD|LD_LIBRARY_PATH)$/i;

/** The key that the session shows to the gateway; never a real one, the gateway adds that. */
const dummyKey = "sk-ant-none-the-gateway-holds-the-key";

/**
 * The whole environment of a session: what was given, without credentials and without settings of another Claude Code, plus what points the binary at the gateway and
 * keeps it quiet, offline and within its time limits.
 */
export function renderSessionEnvironment(options: {
  environment: Record<string, string>;
  homeDirectory: string;
  baseUrl: string;
  model: string;
  /** Milliseconds without a sign of life after which the session is ended; time-outs inside the session are shorter, so that the model gets to see them. */
  idleMs: number;
  mark: string;
}): Record<string, string> {
  const { homeDirectory, model } = options;
  const given = Object.entries(options.environment).filter(([name]) => !keptOut.test(name));
  const innerMs = String(Math.max(1000, Math.floor(options.idleMs * 0.8)));
  const streamMs = String(Math.max(1000, Math.floor(options.idleMs / 3)));
  return {
    ...Object.fromEntries(given),
    HOME: homeDirectory,
    CLAUDE_CONFIG_DIR: join(homeDirectory, ".claude"),
    CLAUDE_CODE_TMPDIR: join(homeDirectory, "tmp"),
    ANTHROPIC_BASE_URL: options.baseUrl,
    ANTHROPIC_API_KEY: dummyKey,
    ANTHROPIC_MODEL: model,
    ANTHROPIC_SMALL_FAST_MODEL: model,
    ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
    ANTHROPIC_DEFAULT_SONNET_MODEL: model,
    ANTHROPIC_DEFAULT_OPUS_MODEL: model,
    CLAUDE_CODE_SUBAGENT_MODEL: model,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
    CLAUDE_CODE_DISABLE_CRON: "1",
    CLAUDE_CODE_DISABLE_TERMINAL_TITLE: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_UPDATES: "1",
    // What a call may answer is what its reservation has to cover: the binary's own default (128,000) would hold several dollars a call.
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: "32000",
    // Our own count of refusals decides when to give up, not the binary's (8 in a row by default).
    CLAUDE_CODE_STOP_HOOK_BLOCK_CAP: "1000",
    CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: streamMs,
    CLAUDE_STREAM_IDLE_TIMEOUT_MS: streamMs,
    CLAUDE_STREAM_FIRST_BYTE_TIMEOUT_MS: innerMs,
    API_TIMEOUT_MS: innerMs,
    BASH_DEFAULT_TIMEOUT_MS: innerMs,
    BASH_MAX_TIMEOUT_MS: innerMs,
    MCP_TOOL_TIMEOUT: innerMs,
    MCP_TIMEOUT: "15000",
    [sessionMarkVariable]: options.mark,
  };
}
