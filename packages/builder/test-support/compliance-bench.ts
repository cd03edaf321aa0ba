import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClaudeCodeExecutor } from "@ccb/claude-code";
import type { BuildEventBody, Phase, TaskRunResult } from "@ccb/core";
import { type McpPolicy, mandatoryServers, parsePolicy } from "@ccb/mcp";
import { type ContentBlock, createScriptedModel } from "@ccb/testing";
import { watchCompliance } from "../src/stages/_watch-compliance.ts";

export interface ComplianceRun {
  result: TaskRunResult;
  events: BuildEventBody[];
  violation: string | undefined;
  redo: boolean;
  /** What the model was told in place of a tool's answer or of the end, in order. */
  told: string[];
  /** All that the model was ever shown. */
  heard: string;
  project: string;
}

/** A tool call of a script. */
export function call(name: string, input: Record<string, unknown>): ContentBlock {
  return { type: "tool_use", name, input };
}

export const remember = call("mcp__memory__create_entities", {
  entities: [{ name: "task-1", entityType: "task", observations: ["src/a.ts has the answer"] }],
});
export const look = call("mcp__git__git_status", { path: "./" });
export const ask = call("mcp__context7__resolve-library-id", { libraryName: "express", query: "routing" });
export const think = call("mcp__sequential-thinking__sequentialthinking", {
  thought: "First the tests.",
  thoughtNumber: 1,
  totalThoughts: 1,
  nextThoughtNeeded: false,
});

/**
 * Runs one session of the real Claude Code under a policy, with the real mandatory servers and a model that plays the turns of a script; after the last one it says
 * that it is done, as often as it is asked.
 */
export async function runUnderPolicy(options: {
  /** One entry a turn; `project` is the project directory. */
  turns: (project: string) => (ContentBlock[] | string)[];
  /** As in a file's `policy:`. */
  policy?: unknown;
  /** What the documentation service answers: libraries, or an error. Without it context7 is unavailable. */
  documentation?: "libraries" | "error";
  phase?: Partial<Phase>;
  attempt?: number;
}): Promise<ComplianceRun> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ccb-policy-")));
  const project = join(folder, "project");
  mkdirSync(join(project, ".memory"), { recursive: true });
  execFileSync("git", ["init", "-q", project]);
  const service = await startDocumentation(options.documentation ?? "error");
  const turns = options.turns(project);
  const told: string[] = [];
  let heard = "";
  const model = await createScriptedModel({
    rules: [
      {
        when: "builder",
        reply: (conversation) => {
          heard = JSON.stringify(conversation);
          for (const { isError, result } of conversation.toolResults) if (isError) told.push(result ?? "");
          if (conversation.turns >= turns.length && /MCP policy/.test(conversation.lastUserText))
            told.push(conversation.lastUserText);
          const turn = turns[conversation.turns] ?? "All is done; memory and git were used.";
          return { content: typeof turn === "string" ? [{ type: "text", text: turn }] : turn };
        },
      },
    ],
  });
  const environment = { PATH: process.env.PATH ?? "" };
  const servers = mandatoryServers({ projectDirectory: project, environment, context7Url: service.url });
  const events: BuildEventBody[] = [];
  const policy: McpPolicy = parsePolicy(options.policy ?? {}, { place: "test" });
  const phase = definePhase(options.phase);
  const [task] = phase.tasks;
  if (task === undefined) throw new Error("the phase has no task");
  const unavailable = new Map(options.documentation === undefined ? [["context7", "no service"]] : []);
  const watch = watchCompliance(
    {
      intake: { mcpPolicy: policy },
      servers,
      unavailable,
      environment,
      emit: (event) => void events.push(event),
      atomically: (work) => work(),
    },
    { phase, task, attempt: options.attempt ?? 1, withoutServers: [], directory: project, base: undefined },
  );
  try {
    const executor = createClaudeCodeExecutor({ environment, homeDirectory: join(folder, "home") });
    const result = await executor.runTask({
      prompt: "Do the task.",
      systemAppend: "You are the builder of CCB (Claude Code Builder).",
      cwd: project,
      model: "claude-opus-5-5",
      baseUrl: model.url,
      mcpServers: servers,
      limits: { maxTurns: 20, idleMs: 30_000, totalMs: 90_000 },
      onToolUse: watch.onToolUse,
      beforeTool: watch.beforeTool,
      afterTool: watch.afterTool,
      beforeEnd: watch.beforeEnd,
    });
    return { result, events, violation: watch.violation(), redo: watch.redo(), told, heard, project };
  } finally {
    await model.close();
    await service.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function definePhase(changes: Partial<Phase> = {}): Phase {
  const task = {
    id: "routes",
    name: "Routes",
    description: "Serve the routes.",
    dependsOn: [],
    files: ["src/a.ts"],
    requirementIds: [],
    size: "S" as const,
  };
  return { id: "service", name: "Service", goal: "A service with the express framework.", tasks: [task], ...changes };
}

async function startDocumentation(answer: "libraries" | "error"): Promise<{ url: string; close: () => Promise<void> }> {
  const library = { id: "/expressjs/express", title: "Express", description: "web framework", totalSnippets: 1 };
  const server = createServer((_request, response) => {
    response.statusCode = answer === "error" ? 500 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer === "error" ? { error: "out of order" } : { results: [library] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
