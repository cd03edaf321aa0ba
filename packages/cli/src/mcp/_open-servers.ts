import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CcbError, type McpServerDefinition } from "@ccb/core";
import { mandatoryServers, readServerRegistry, type ServerRegistry } from "@ccb/mcp";
import type { Terminal } from "../terminal.ts";

export interface ServerFlags {
  /** Start servers that this folder's own files define. */
  trustProject?: boolean;
  customMcp?: string;
  json?: boolean;
}

/** A server as the commands see it. */
export interface KnownServer {
  definition: McpServerDefinition;
  source: "built-in" | ServerRegistry["entries"][number]["source"];
  /** The file it stands in; undefined for the mandatory ones. */
  path: string | undefined;
  /** False for a server that only this folder's files name, as long as nobody says that the folder is trusted. */
  trusted: boolean;
}

/** Variables that every program needs; a server gets no other but those its definition names. */
const passedOn = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LC_ALL", "TMPDIR", "TZ"];

/** All servers that are known here, the mandatory five for this folder as project directory first. What was left out is said on standard error. */
export async function openServers(flags: ServerFlags, terminal: Terminal): Promise<KnownServer[]> {
  const { cwd, environment } = terminal;
  const registry = await readServerRegistry({
    cwd,
    project: true,
    environment,
    ...(flags.customMcp === undefined ? {} : { customFile: flags.customMcp }),
  });
  for (const warning of registry.warnings) terminal.stderr.write(`warning: ${warning}\n`);
  const builtIn = mandatoryServers({ projectDirectory: cwd, environment: serverEnvironment(terminal) });
  return [
    ...builtIn.map((definition): KnownServer => ({ definition, source: "built-in", path: undefined, trusted: true })),
    ...registry.entries.map((entry): KnownServer => {
      const trusted = entry.source !== "project" || flags.trustProject === true;
      return { ...entry, trusted };
    }),
  ];
}

/** One server that may be started. CcbError `usage` for a name that is not known or not trusted. */
export async function findServer(name: string, flags: ServerFlags, terminal: Terminal): Promise<McpServerDefinition> {
  const servers = await openServers(flags, terminal);
  const found = servers.find(({ definition }) => definition.name === name);
  if (found === undefined) {
    throw new CcbError({
      code: "usage",
      message: `There is no MCP server "${name}"; there are ${servers.map(({ definition }) => definition.name).join(", ")}.`,
      hint: "ccb mcp list shows where each comes from; ccb mcp add makes another known.",
    });
  }
  if (!found.trusted) {
    throw new CcbError({
      code: "usage",
      message: `The server "${name}" is defined by this folder (${found.path}), and starting it runs a program of the folder's choosing.`,
      hint: "Add --trust-project if you trust the folder.",
    });
  }
  // The memory server does not make the folder of its file.
  if (name === "memory") await mkdir(join(terminal.cwd, ".memory"), { recursive: true });
  return found.definition;
}

export function serverEnvironment(terminal: Terminal): Record<string, string> {
  return Object.fromEntries(Object.entries(terminal.environment).filter(([name]) => passedOn.includes(name)));
}
