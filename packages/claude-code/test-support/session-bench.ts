import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { McpServerDefinition, TaskRunRequest } from "@ccb/core";
import { type ClaudeCodeExecutorOptions, createClaudeCodeExecutor } from "../src/index.ts";
import { type ModelAnswer, type ModelServer, type ModelTurn, startModelServer } from "./model-server.ts";

/** A project directory, a home and a scripted model for one real session. */
export interface SessionBench {
  project: string;
  home: string;
  model: ModelServer;
  run(changes?: Partial<TaskRunRequest>): ReturnType<ReturnType<typeof createClaudeCodeExecutor>["runTask"]>;
  close(): Promise<void>;
}

export async function createSessionBench(
  answer: (turn: ModelTurn) => ModelAnswer,
  options: Pick<ClaudeCodeExecutorOptions, "builtinTools" | "confinement"> = {},
): Promise<SessionBench> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-session-")));
  const project = join(folder, "project");
  const home = join(folder, "home");
  mkdirSync(project);
  const model = await startModelServer(answer);
  const executor = createClaudeCodeExecutor({
    environment: { PATH: process.env.PATH ?? "", MY_API_KEY: "user-secret-value", GREETING: "hello" },
    homeDirectory: home,
    ...options,
  });
  return {
    project,
    home,
    model,
    run: (changes = {}) => executor.runTask({ ...renderTestRequest({ project, url: model.url }), ...changes }),
    async close() {
      await model.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function renderTestRequest(options: { project: string; url: string }): TaskRunRequest {
  return {
    prompt: "Do the task.",
    systemAppend: "You are the builder of CCB (Claude Code Builder).",
    cwd: options.project,
    model: "claude-opus-5-5",
    baseUrl: options.url,
    mcpServers: [],
    limits: { maxTurns: 20, idleMs: 30_000, totalMs: 60_000 },
  };
}

/** The test MCP server, started by this Node. */
export function defineTestServer(name: string): McpServerDefinition {
  return {
    name,
    description: "test",
    transport: {
      type: "stdio",
      command: process.execPath,
      args: [fileURLToPath(new URL("./mcp-server.ts", import.meta.url))],
      env: {},
    },
    required: true,
    enforceAt: [],
    alwaysLoad: true,
  };
}
