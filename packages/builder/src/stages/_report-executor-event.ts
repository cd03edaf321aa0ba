import type { ExecutorEvent } from "@ccb/core";
import type { Workbench } from "../workbench.ts";
import type { TaskSession } from "./task-session.ts";

/** Turns what a session tells into events of the build. */
export function reportExecutorEvent(
  bench: Workbench,
  at: { session: TaskSession; directory: string },
  event: ExecutorEvent,
): void {
  const { phase, task } = at.session;
  if (event.type === "session-started") reportServers(bench, event.mcpServers);
  if (event.type === "tool-started") {
    const message = describeTool(event.name, event.input, at.directory);
    bench.emit({ type: "task-progress", phase: phase.id, task: task.id, message });
  }
  if (event.type === "api-retried") {
    const seconds = Math.round(event.delayMs / 1000);
    const message = `The model server answered ${event.status ?? "nothing"}; try ${event.attempt} in ${seconds} s.`;
    bench.emit({ type: "warning", message });
  }
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
