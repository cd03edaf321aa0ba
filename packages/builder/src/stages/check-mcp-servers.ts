import { estimateTokens } from "@ccb/context";
import { CcbError } from "@ccb/core";
import { checkServers } from "@ccb/mcp";
import type { Workbench } from "../workbench.ts";

/** Milliseconds a server may take to answer. */
const answerLimitMs = 20_000;

interface Health {
  name: string;
  status: "ready" | "failed" | "unavailable";
  reason: string;
  /** Of its tools with their schemas. */
  tokens: number;
}

/** Starts every MCP server once, before a session depends on it. A required one that fails ends the build; another is named and left. */
export async function checkMcpServers(bench: Workbench): Promise<void> {
  const servers = bench.servers.map(({ name }) => name);
  const health = await bench.askOutside({ source: "mcp health", question: { servers } }, () => askServers(bench));
  tellFileCost(bench, health);
  for (const { name, status, reason } of health) {
    if (status === "ready") continue;
    const server = bench.servers.find((candidate) => candidate.name === name);
    if (status === "failed" && server?.required) {
      throw new CcbError({
        code: "mcp-failed",
        message: `The required MCP server "${name}" does not work: ${reason}`,
        hint: "Mend its command or mark it as not required in the file given with --custom-mcp.",
      });
    }
    bench.unavailable.set(name, reason);
    bench.emit({ type: "mcp-unavailable", server: name, reason });
  }
}

async function askServers(bench: Workbench): Promise<Health[]> {
  const health = await checkServers(bench.servers, {
    timeoutMs: answerLimitMs,
    signal: bench.signal,
    // With the mark of the build: whatever ends this process also ends a server that is just starting.
    environment: bench.environment,
  });
  return health.map(({ name, status, reason, schemas }) => ({ name, status, reason, tokens: estimateTokens(schemas) }));
}

const filePoints = ["file_read", "file_write", "directory_ops"] as const;

/** Files through the filesystem server are dearer than Claude Code's own tools: who asks for it is told by how much. */
function tellFileCost(bench: Workbench, health: readonly Health[]): void {
  const { points } = bench.intake.mcpPolicy;
  const asked = filePoints.filter((point) => points[point].level !== "off");
  const filesystem = health.find(({ name, status }) => name === "filesystem" && status === "ready");
  if (asked.length === 0 || filesystem === undefined) return;
  const levels = asked.map((point) => `${point} ${points[point].level}`).join(", ");
  const message = `Files go through the filesystem server (${levels}): its schemas are up to ${filesystem.tokens} tokens in each session, and each required point costs one refused call.`;
  bench.emit({ type: "warning", message });
}
