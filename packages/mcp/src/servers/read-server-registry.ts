import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { McpServerDefinition } from "@ccb/core";
import { defaultPolicy } from "../policy/default-policy.ts";
import type { McpPolicy } from "../policy/mcp-policy.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { type ReadCustomServersResult, readCustomServers } from "./read-custom-servers.ts";

export interface ReadServerRegistryOptions {
  /** Folder whose `ccb.mcp.yaml` and `.mcp.json` are the project's; an absolute path. */
  cwd: string;
  /** Read the project's files too. They may come from somebody else, and a server is a program: say yes only for a folder that the user trusts. */
  project: boolean;
  /** One more file, which wins over all others; it has to exist. */
  customFile?: string;
  /** Values for `${NAME}` in the files, and where the user's own file is (`XDG_CONFIG_HOME`, `HOME`). */
  environment: Readonly<Record<string, string | undefined>>;
}

/** Where a definition comes from; later ones win over earlier ones of the same name. */
export type ServerSource = "user" | "project" | "custom";

export interface ServerRegistry {
  /** Servers beside the mandatory five. */
  entries: { definition: McpServerDefinition; source: ServerSource; path: string }[];
  /** The default policy with what the files change of it. */
  policy: McpPolicy;
  warnings: string[];
}

/**
 * Reads all files that define MCP servers: the user's `ccb/mcp.yaml` in the configuration folder, the project's `.mcp.json` and `ccb.mcp.yaml`, and a custom one.
 * A file that is not there is left out. Rejects as {@link readCustomServers} does.
 */
export async function readServerRegistry(options: ReadServerRegistryOptions): Promise<ServerRegistry> {
  const files = listFiles(options);
  const entries = new Map<string, ServerRegistry["entries"][number]>();
  const warnings: string[] = [];
  let policy = defaultPolicy as McpPolicy;
  for (const { path, source, needed } of files) {
    if (!needed && !(await isThere(path))) continue;
    const read: ReadCustomServersResult = await readCustomServers({
      path,
      environment: options.environment,
      // What was set up for another project must not keep this one from being built.
      lenient: !needed,
    });
    warnings.push(...read.warnings);
    for (const definition of read.servers) entries.set(definition.name, { definition, source, path });
    if (read.policy !== undefined) policy = parsePolicy(read.policy, { place: path, base: policy });
  }
  return { entries: [...entries.values()], policy, warnings };
}

/** The user's own file: `ccb/mcp.yaml` in `XDG_CONFIG_HOME`, else in `.config` of the home; undefined without either. */
export function findUserServersFile(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { XDG_CONFIG_HOME: config, HOME: home } = environment;
  if (config?.startsWith("/")) return join(config, "ccb", "mcp.yaml");
  return home ? join(home, ".config", "ccb", "mcp.yaml") : undefined;
}

function listFiles(options: ReadServerRegistryOptions): { path: string; source: ServerSource; needed: boolean }[] {
  const user = findUserServersFile(options.environment);
  const project = [".mcp.json", "ccb.mcp.yaml"].map((name) => join(options.cwd, name));
  return [
    ...(user === undefined ? [] : [{ path: user, source: "user" as const, needed: false }]),
    ...(options.project ? project.map((path) => ({ path, source: "project" as const, needed: false })) : []),
    ...(options.customFile === undefined
      ? []
      : [{ path: resolve(options.cwd, options.customFile), source: "custom" as const, needed: true }]),
  ];
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
