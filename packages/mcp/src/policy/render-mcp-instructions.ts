import { type EnforcePoint, enforcePoints, type McpServerDefinition } from "@ccb/core";
import { listServersAt } from "./create-compliance-tracker.ts";
import type { McpPolicy, PolicyMoment, PolicySubject } from "./mcp-policy.ts";

export interface RenderMcpInstructionsOptions {
  policy: McpPolicy;
  servers: readonly McpServerDefinition[];
  unavailable?: readonly { name: string; reason: string }[];
  /** The phase these instructions are for. */
  phase?: { id: string; name: string };
  /** The session these instructions are for: only what concerns it is asked of it. */
  subject?: PolicySubject;
}

/**
 * The instructions on MCP servers for CLAUDE.md and task prompts, as Markdown: what each server is for, when to use it, an example, and what is checked at which
 * moment. Servers that are unavailable are named as such.
 */
export function renderMcpInstructions(options: RenderMcpInstructionsOptions): string {
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
  lines.push(...renderWorking(options), ...renderEnd(options));
  return `${lines.join("\n")}\n`;
}

const sentences: Record<Exclude<PolicyMoment, "end">, (servers: string) => string> = {
  "first-edit": (servers) => `Before the first change of a file: use ${servers}.`,
  edit: (servers) => `Change files only through ${servers} (write_file, edit_file).`,
  read: (servers) => `Read files only through ${servers} (read_text_file, search_files).`,
  directory: (servers) => `List and make folders only through ${servers} (list_directory, create_directory).`,
  dependency: (servers) => `Before you add a dependency: ask ${servers}.`,
  failing: (servers) => `When commands fail again and again, before you go on changing files: use ${servers}.`,
  deployment: (servers) => `Before you deploy or publish: use ${servers}.`,
};

function renderWorking(options: RenderMcpInstructionsOptions): string[] {
  const rows = enforcePoints.flatMap((point) => {
    const { moment, level, sessions } = options.policy.points[point];
    const servers = listServersAt({ ...options, point });
    if (moment === "end" || servers.length === 0) return [];
    const when = options.subject === undefined ? sessionWords[sessions] : "";
    const must = level === "required" ? " It is refused otherwise." : " This is noted, not refused.";
    return [`- ${sentences[moment](servers.join(", "))}${when}${must}`];
  });
  return rows.length === 0 ? [] : ["", "### Checked while you work", "", ...new Set(rows)];
}

const sessionWords = {
  every: "",
  "first-of-phase": " In the first task of a phase.",
  "last-of-phase": " In the last task of a phase.",
  "large-task": " In tasks of size L.",
};

function renderEnd(options: RenderMcpInstructionsOptions): string[] {
  const { policy } = options;
  const isRequired = (point: EnforcePoint) =>
    policy.points[point].moment === "end" && policy.points[point].level === "required";
  const servers = new Set(
    enforcePoints.filter(isRequired).flatMap((point) => {
      const named = listServersAt({ ...options, point });
      const { sessions } = policy.points[point];
      return options.subject === undefined && sessions !== "every" ? [] : named;
    }),
  );
  if (servers.size === 0) return [];
  return [
    "",
    "### Checked before a task may end",
    "",
    "CCB watches the calls themselves, not what is said about them. Since the task began, each of these must have succeeded at least once:",
    "",
    ...[...servers].map((name) => {
      const tools = policy.servers[name]?.countingTools ?? [];
      return `- ${name}: ${tools.length === 0 ? "any of its tools" : tools.join(", ")}`;
    }),
    "",
    `Otherwise the end is refused; after ${policy.limits.refusals} refusals the task does not count and a violation is logged.`,
  ];
}
