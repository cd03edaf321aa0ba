import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Executor, TaskRunRequest, TaskRunResult } from "@ccb/core";

/**
 * A coding agent of nothing but model calls: makes `calls` of them one after the other through the gateway, writes the file the answer names, and uses what the MCP policy
 * asks for. It stands in for Claude Code where the time of CCB itself is measured.
 */
export function createCallExecutor(options: { calls: number; fileOf: (request: TaskRunRequest) => string }): Executor {
  return {
    async runTask(request): Promise<TaskRunResult> {
      const startedMs = performance.now();
      request.onEvent?.({ type: "session-started", sessionId: crypto.randomUUID(), mcpServers: [] });
      for (let call = 0; call < options.calls; call++) await callModel(request, call);
      const path = join(request.cwd, options.fileOf(request));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${path.length}\n`);
      for (const [server, tool] of [
        ["memory", "create_entities"],
        ["git", "git_status"],
      ] as const) {
        request.onToolUse?.({
          id: crypto.randomUUID(),
          name: `mcp__${server}__${tool}`,
          server,
          input: { entities: [{ name: "part", entityType: "part", observations: ["written"] }] },
          succeeded: true,
          response: JSON.stringify([{ name: "part", entityType: "part", observations: ["written"] }]),
          durationMs: 1,
          endedAt: new Date().toISOString(),
        });
      }
      const refused = await request.beforeEnd?.("session");
      return {
        status: refused === undefined ? "done" : "failed",
        reason: refused ?? "The session ended by itself.",
        sessionId: undefined,
        turns: options.calls,
        durationMs: performance.now() - startedMs,
        toolUses: [],
        reportedUsage: undefined,
        text: "Written.",
      };
    },
  };
}

async function callModel({ baseUrl, model, prompt, signal }: TaskRunRequest, turn: number): Promise<void> {
  const messages = [{ role: "user", content: `${prompt.slice(0, 2000)}\nturn ${turn}` }];
  const response = await fetch(`${baseUrl}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 1000, messages }),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw new Error(`The model server answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}
