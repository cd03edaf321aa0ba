import type { McpServerDefinition } from "@ccb/core";
import { listEnforcedServers } from "./create-compliance-tracker.ts";
import type { McpPolicy } from "./default-policy.ts";

/**
 * The instructions on MCP servers for CLAUDE.md and task prompts, as Markdown: what each server is for, when to use it, an example, and what is checked
 * before a task may end. Servers that are unavailable are named as such.
 */
export function renderMcpInstructions(options: {
  policy: McpPolicy;
  servers: readonly McpServerDefinition[];
  unavailable?: readonly { name: string; reason: string }[];
  /** The phase these instructions are for. */
  phase?: { id: string; name: string };
}): string {
  const { policy, servers, unavailable = [], phase } = options;
  const lines = [
    phase === undefined ? "## MCP servers" : `## MCP servers for ${phase.id}: ${phase.name}`,
    "",
    "Tools are named `mcp__<server>__<tool>`. Load those whose schemas are deferred with ToolSearch.",
    "",
  ];
  for (const server of servers) {
    if (unavailable.some((entry) => entry.name === server.name)) continue;
    const rule = policy.servers[server.name];
    lines.push(`- **${server.name}**: ${rule?.usage ?? server.description}.`);
    if (rule !== undefined) lines.push(`  Use it ${rule.when.join("; ")}.`, `  Example: \`${rule.example}\``);
  }
  for (const entry of unavailable) {
    lines.push(`- **${entry.name}** is not available in this build (${entry.reason}). Do without it.`);
  }
  const enforced = listEnforcedServers({ policy, servers, unavailable, point: "task_complete" });
  if (enforced.length > 0) lines.push("", ...renderEnforcement(policy, enforced));
  return `${lines.join("\n")}\n`;
}

function renderEnforcement(policy: McpPolicy, enforced: readonly string[]): string[] {
  return [
    "### Checked before a task may end",
    "",
    "CCB watches the calls themselves, not what is said about them. Since the task began, each of these must have succeeded at least once:",
    "",
    ...enforced.map((name) => {
      const tools = policy.servers[name]?.countingTools ?? [];
      return `- ${name}: ${tools.length === 0 ? "any of its tools" : tools.join(", ")}`;
    }),
    "",
    `Otherwise the end is refused; after ${policy.maxRefusals} refusals the task counts as failed and a violation is logged.`,
  ];
}
