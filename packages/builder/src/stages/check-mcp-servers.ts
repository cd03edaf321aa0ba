import { CcbError } from "@ccb/core";
import { checkServers } from "@ccb/mcp";
import type { Workbench } from "../workbench.ts";

/** Milliseconds a server may take to answer. */
const answerLimitMs = 20_000;

/** Starts every MCP server once, before a session depends on it. A required one that fails ends the build; another is named and left. */
export async function checkMcpServers(bench: Workbench): Promise<void> {
  const health = await checkServers(bench.servers, { timeoutMs: answerLimitMs, signal: bench.signal });
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
    bench.unavailable.set(name, reason ?? status);
    bench.emit({ type: "mcp-unavailable", server: name, reason: reason ?? status });
  }
}
