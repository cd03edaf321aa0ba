import { type Command, InvalidArgumentError } from "commander";
import type { ServerFlags } from "./mcp/_open-servers.ts";
import type { McpCallFlags } from "./mcp/run-mcp-call.ts";
import type { McpChangeFlags } from "./mcp/run-mcp-change.ts";
import type { McpCheckFlags } from "./mcp/run-mcp-check.ts";
import type { PluginFlags } from "./plugin/run-plugin.ts";
import type { McpServeFlags } from "./serve/run-mcp-serve.ts";
import type { Terminal } from "./terminal.ts";
import type { VulnerabilitiesFlags } from "./vulnerabilities/run-vulnerabilities.ts";

/** The commands around MCP servers (those that builds use, and CCB as one), the plugin, and what is known of a project's packages. */
export function defineMcpCommands(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  const mcp = program
    .command("mcp")
    .description("MCP servers that builds use, how they were used (compliance), and CCB as one of them (serve).");
  defineLooking(mcp, terminal, onExit);
  definePolicy(mcp, terminal, onExit);
  defineCalling(mcp, terminal, onExit);
  defineChanging(mcp, terminal, onExit);
  defineServing(mcp, terminal, onExit);
  definePlugin(program, terminal, onExit);
  defineVulnerabilities(program, terminal, onExit);
}

const trust = ["--trust-project", "also start servers that this folder's .mcp.json and ccb.mcp.yaml define"] as const;
const custom = ["--custom-mcp <file>", "YAML or JSON file with more MCP servers"] as const;
const timeout = ["--timeout <seconds>", "seconds it may take", parseSeconds] as const;

function defineLooking(mcp: Command, terminal: Terminal, onExit: (code: number) => void): void {
  mcp
    .command("list")
    .description("The servers that are known here: built in, yours, this folder's. Starts none.")
    .option(...custom)
    .option("--json", "print them as JSON, without values of variables and headers")
    .action(async (flags: ServerFlags) => {
      const { runMcpList } = await import("./mcp/run-mcp-list.ts");
      onExit(await runMcpList({ flags, terminal }));
    });
  mcp
    .command("check")
    .description("Start each server and end it again: health, start time, tools, tokens of their schemas.")
    .argument("[names...]", "servers to check (default: all)")
    .option(...custom)
    .option(...trust)
    .option(...timeout)
    .option("--json", "print {servers, notStarted} as JSON")
    .addHelpText("after", "\nExit code 1 when a required server does not work.")
    .action(async (names: string[], flags: McpCheckFlags) => {
      const { runMcpCheck } = await import("./mcp/run-mcp-check.ts");
      onExit(await runMcpCheck({ names, flags, terminal }));
    });
}

function definePolicy(mcp: Command, terminal: Terminal, onExit: (code: number) => void): void {
  mcp
    .command("policy")
    .description(
      "What a build asks for at each point, from the default, your files and --custom-mcp; what files through a server cost.",
    )
    .option(...custom)
    .option("--json", "print {points, limits, filesystem} as JSON")
    .action(async (flags: ServerFlags) => {
      const { runMcpPolicy } = await import("./mcp/run-mcp-policy.ts");
      onExit(await runMcpPolicy({ flags, terminal }));
    });
}

function defineCalling(mcp: Command, terminal: Terminal, onExit: (code: number) => void): void {
  mcp
    .command("tools")
    .description("The tools of one server, with their inputs and the tokens of their schemas.")
    .argument("<server>", "name of the server")
    .option(...custom)
    .option(...trust)
    .option("--json", "print the tools with their whole schemas as JSON")
    .action(async (server: string, flags: ServerFlags) => {
      const { runMcpTools } = await import("./mcp/run-mcp-tools.ts");
      onExit(await runMcpTools({ server, flags, terminal }));
    });
  mcp
    .command("call")
    .description("Call one tool of one server, with this folder as the project directory.")
    .argument("<server>", "name of the server")
    .argument("<tool>", "name of the tool, without mcp__<server>__")
    .argument("[input]", 'input as a JSON object, or "-" for standard input (default: {})')
    .option(...custom)
    .option(...trust)
    .option(...timeout)
    .option("--json", "print {text, structured, isError} as JSON")
    .addHelpText("after", `\nExample:\n  ccb mcp call git git_status '{"path": "./"}'\n`)
    .action(async (server: string, tool: string, input: string | undefined, flags: McpCallFlags) => {
      const { runMcpCall } = await import("./mcp/run-mcp-call.ts");
      onExit(await runMcpCall({ server, tool, input, flags, terminal }));
    });
}

function defineChanging(mcp: Command, terminal: Terminal, onExit: (code: number) => void): void {
  mcp
    .command("add")
    .description("Make a server known to your builds: a program, or a URL.")
    .argument("<name>", "name of the server; part of its tools' names")
    .argument("[command...]", 'program and arguments, after "--"')
    .option("--url <url>", "address of an HTTP server instead of a program")
    .option("--env <name=value...>", "variable for the program; ${NAME} is filled in from your environment")
    .option("--header <name:value...>", "header for the HTTP server; ${NAME} as above")
    .option("--description <text>", "what it is for, for the model")
    .option("--required", "a build fails without it")
    .option("--enforce-at <points>", "points at which it has to be used, separated by commas", parseNames)
    .option("--project", "keep it in this folder's ccb.mcp.yaml (default: your own file)")
    .addHelpText(
      "after",
      "\nExample:\n  ccb mcp add reviewer --required --enforce-at phase_complete -- node reviewer.js\n",
    )
    .action(async (name: string, command: string[], flags: McpChangeFlags) => {
      const { runMcpAdd } = await import("./mcp/run-mcp-change.ts");
      onExit(await runMcpAdd({ name, command, flags, terminal }));
    });
  mcp
    .command("remove")
    .description("Take a server out again.")
    .argument("<name>", "name of the server")
    .option("--project", "out of this folder's ccb.mcp.yaml (default: your own file)")
    .action(async (name: string, flags: McpChangeFlags) => {
      const { runMcpRemove } = await import("./mcp/run-mcp-change.ts");
      onExit(await runMcpRemove({ name, flags, terminal }));
    });
}

function defineServing(mcp: Command, terminal: Terminal, onExit: (code: number) => void): void {
  mcp
    .command("serve")
    .description("Serve CCB's own tools to an MCP client: plan, requirements, trace, tasks, checks, costs, control.")
    .option("--dir <dir>", "project directory to serve (default: this folder)")
    .option("--http", "over HTTP at /mcp instead of standard input and output; a token is needed")
    .option("--port <port>", "port of --http (default: a free one)", parsePort)
    .option("--host <address>", "address of --http (default: 127.0.0.1, this machine only)")
    .option("--allow-host <names...>", "names under which clients may call, beside localhost")
    .addHelpText("after", "\nEnvironment: CCB_MCP_TOKEN, the token of --http (default: a random one, printed)\n")
    .action(async (flags: McpServeFlags) => {
      const { runMcpServe } = await import("./serve/run-mcp-serve.ts");
      onExit(await runMcpServe({ flags, terminal }));
    });
  mcp
    .command("compliance")
    .description("How a project's sessions kept to the MCP policy: by server and point, and task by task.")
    .argument("[dir]", "project directory (default: this folder)")
    .option("--json", "print {rate, rows, tasks, unavailable} as JSON")
    .action(async (directory: string | undefined, flags: { json?: boolean }) => {
      const { runMcpCompliance } = await import("./mcp/run-mcp-compliance.ts");
      onExit(await runMcpCompliance({ directory, flags, terminal }));
    });
}

function definePlugin(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("plugin")
    .description("Write CCB as a Claude Code plugin: its slash commands and its MCP server.")
    .argument("[command...]", 'program and arguments that start ccb, after "--" (default: ccb)')
    .option("-o, --out <dir>", "new or empty folder (default: ccb-plugin)")
    .addHelpText("after", "\nExample:\n  ccb plugin --out ccb-plugin && claude --plugin-dir ccb-plugin\n")
    .action(async (command: string[], flags: PluginFlags) => {
      const { runPlugin } = await import("./plugin/run-plugin.ts");
      onExit(await runPlugin({ command, flags, terminal }));
    });
}

function defineVulnerabilities(program: Command, terminal: Terminal, onExit: (code: number) => void): void {
  program
    .command("vulnerabilities")
    .description("Known vulnerabilities of a project's locked packages, from the OSV database.")
    .argument("[dir]", "project directory (default: this folder)")
    .option("--osv-url <url>", "base URL of an OSV API (default: CCB_OSV_URL, else https://api.osv.dev)")
    .option("--json", "print the report as JSON")
    .addHelpText("after", "\nExit code 5 when there are any, 1 when the database could not be asked.\n")
    .action(async (directory: string | undefined, flags: VulnerabilitiesFlags) => {
      const { runVulnerabilities } = await import("./vulnerabilities/run-vulnerabilities.ts");
      onExit(await runVulnerabilities({ directory, flags, terminal }));
    });
}

function parsePort(text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 0 && value <= 65_535))
    throw new InvalidArgumentError("It must be a port from 0 to 65535.");
  return value;
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError("It must be a number of seconds above 0.");
  return value;
}

function parseNames(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}
