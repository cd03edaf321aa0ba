import { renderNextTask } from "@ccb/mcp/server";

export interface PluginFile {
  /** Relative to the plugin's folder, with "/". */
  path: string;
  content: string;
}

interface PluginCommand {
  name: string;
  description: string;
  hint?: string;
  text: string;
}

/** The commands of the plugin; each is a wish in words, which the served tools fulfil. */
const commands: readonly PluginCommand[] = [
  {
    name: "plan",
    description: "Plan a specification by rule: phases, tasks, criteria, forecast. Costs nothing.",
    hint: "<specification file>",
    text: "Call plan_spec with the path $ARGUMENTS. Show the phases with their tasks, what was waived and why, and the forecast in US dollars.",
  },
  {
    name: "next-task",
    description: "Claim the next ready task of this project, build it and check it.",
    text: renderNextTask("claude-code"),
  },
  {
    name: "check",
    description: "Run the acceptance checks of this project, of all phases or of one.",
    hint: "[phase]",
    text: "Call run_checks, for the phase $ARGUMENTS where one is named. List what failed with what was seen, and where in the code the cause may be. Change nothing.",
  },
  {
    name: "status",
    description: "Where the build of this project stands: tasks, requirements, cost.",
    text: "Call control_build, list_tasks and read_costs. Say in a few lines what is done, what is open, what failed and what it cost.",
  },
];

/** The files of CCB as a Claude Code plugin: manifest, slash commands, and the MCP server that `command` starts. Pure. */
export function renderPlugin(options: { version: string; command: readonly string[] }): PluginFile[] {
  const [command = "ccb", ...args] = options.command;
  const manifest = {
    name: "ccb",
    version: options.version,
    description:
      "From a specification to documented, acceptance-tested software: plan, tasks, checks, trace and costs.",
    license: "MIT",
  };
  const servers = { mcpServers: { ccb: { command, args: [...args, "mcp", "serve"] } } };
  return [
    { path: ".claude-plugin/plugin.json", content: renderJson(manifest) },
    { path: ".mcp.json", content: renderJson(servers) },
    ...commands.map((entry) => ({ path: `commands/${entry.name}.md`, content: renderCommand(entry) })),
  ];
}

function renderCommand({ description, hint, text }: PluginCommand): string {
  const front = [`description: ${JSON.stringify(description)}`];
  if (hint !== undefined) front.push(`argument-hint: ${JSON.stringify(hint)}`);
  return `---\n${front.join("\n")}\n---\n\n${text}\n\nThe tools are those of the MCP server "ccb"; load them with ToolSearch where they are deferred.\n`;
}

function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
