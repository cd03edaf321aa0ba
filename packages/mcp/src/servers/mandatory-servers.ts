import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CcbError, type McpServerDefinition } from "@ccb/core";
import { z } from "zod";
import { defaultPolicy } from "../policy/default-policy.ts";

/** Names of the servers that every task session has. */
export const mandatoryServerNames: readonly string[] = Object.freeze(Object.keys(defaultPolicy.servers));

export interface MandatoryServersOptions {
  /** The project directory; an absolute path. The filesystem and git servers do not leave it. */
  projectDirectory: string;
  /** Where the memory server keeps its graph; `.memory/memory.jsonl` in the project directory by default. Its folder has to exist. */
  memoryFile?: string;
  /** Base URL of the Context7 API; its public service by default. */
  context7Url?: string;
  /** Variables given to every server, for example PATH. */
  environment?: Record<string, string>;
}

/**
 * Variables that a server would otherwise inherit from the session and has no use for: the model server's address (a server could spend the budget through
 * it) and credentials.
 */
const blanked: Readonly<Record<string, string>> = Object.freeze({
  ANTHROPIC_API_KEY: "",
  ANTHROPIC_AUTH_TOKEN: "",
  ANTHROPIC_BASE_URL: "",
  OPENAI_API_KEY: "",
  MOONSHOT_API_KEY: "",
});

/**
 * The five mandatory servers, each started with this Node from this package's own dependencies, so that none is looked up or downloaded.
 * Rejects nothing; throws a CcbError `mcp-failed` when a dependency is not installed.
 */
export function mandatoryServers(options: MandatoryServersOptions): McpServerDefinition[] {
  const { projectDirectory } = options;
  const memoryFile = options.memoryFile ?? join(projectDirectory, ".memory", "memory.jsonl");
  const define = (server: {
    name: string;
    package: string;
    description: string;
    args?: string[];
    env?: Record<string, string>;
  }): McpServerDefinition => ({
    name: server.name,
    description: server.description,
    transport: {
      type: "stdio",
      command: process.execPath,
      args: [findServerProgram(server.package), ...(server.args ?? [])],
      env: { ...options.environment, ...blanked, ...server.env },
    },
    // Context7 needs its service on the internet; a build without it goes on.
    required: server.name !== "context7",
    enforceAt: [...(defaultPolicy.servers[server.name]?.enforceAt ?? [])],
    // Memory is needed in every task; the others' schemas (116 KB together) are loaded on demand.
    alwaysLoad: server.name === "memory",
    ...(server.name === "sequential-thinking" ? { perCaller: true } : {}),
  });
  return [
    define({
      name: "context7",
      package: "@upstash/context7-mcp",
      description: "Current documentation of libraries",
      env: {
        OTEL_SDK_DISABLED: "true",
        ...(options.context7Url === undefined ? {} : { CONTEXT7_API_URL: options.context7Url }),
      },
    }),
    define({
      name: "memory",
      package: "@modelcontextprotocol/server-memory",
      description: "Knowledge kept between tasks",
      env: { MEMORY_FILE_PATH: memoryFile },
    }),
    define({
      name: "sequential-thinking",
      package: "@modelcontextprotocol/server-sequential-thinking",
      description: "Step-by-step thinking",
    }),
    define({
      name: "filesystem",
      package: "@modelcontextprotocol/server-filesystem",
      description: "Files of the project directory",
      args: [projectDirectory],
    }),
    define({
      name: "git",
      package: "@cyanheads/git-mcp-server",
      description: "The project's git repository",
      // With a base directory the path "./" means the project. LOGS_DIR empty: the server writes no log files.
      env: {
        GIT_BASE_DIR: projectDirectory,
        GIT_SIGN_COMMITS: "false",
        LOGS_DIR: "",
        MCP_LOG_LEVEL: "error",
        MCP_TRANSPORT_TYPE: "stdio",
        OTEL_ENABLED: "",
        STORAGE_PROVIDER_TYPE: "in-memory",
      },
    }),
  ];
}

const packageSchema = z.object({ bin: z.union([z.string(), z.record(z.string(), z.string())]) });

/** The program of a server's package. Its package.json is looked for by path, since not every package exports it. */
function findServerProgram(name: string): string {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    const manifest = join(folder, name, "package.json");
    let content: string;
    try {
      content = readFileSync(manifest, "utf8");
    } catch {
      continue;
    }
    const { bin } = packageSchema.parse(JSON.parse(content));
    const program = typeof bin === "string" ? bin : Object.values(bin)[0];
    if (program !== undefined) return join(dirname(manifest), program);
  }
  throw new CcbError({
    code: "mcp-failed",
    message: `The MCP server ${name} is not installed, though @ccb/mcp depends on it.`,
    hint: "Install the dependencies again.",
  });
}
