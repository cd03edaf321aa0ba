import type { McpServerDefinition } from "@ccb/core";
import { type McpConnection, openConnection } from "../pool/open-connection.ts";

/** What one server answered to a check. */
export interface ServerHealth {
  name: string;
  /** `failed`: it does not start or does not speak MCP. `unavailable`: it runs, but the service behind it cannot be reached. */
  status: "ready" | "failed" | "unavailable";
  /** Milliseconds from the start to the list of tools. */
  startMs: number;
  /** Names of its tools, without the `mcp__<server>__` before them. */
  tools: string[];
  /** Its tools with their schemas as JSON, as a model would be given them. */
  schemas: string;
  /** Revision of the protocol that it speaks. */
  protocol: string | undefined;
  /** One sentence for people; empty when the server is ready. */
  reason: string;
}

export interface CheckServersOptions {
  /** Milliseconds that one server may take in all; 15000 by default. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Working directory of the servers' processes. */
  cwd?: string;
  /** Environment of the servers' processes beside what their definitions say; PATH, HOME and the like of this process by default. */
  environment?: Record<string, string>;
}

interface Probe {
  tool: string;
  arguments: Record<string, unknown>;
  /** The answer of a service that was reached; any other text means that it was not. */
  reached: RegExp;
  timeoutMs: number;
}

/** Cheap calls that show whether the service behind a server answers; for servers that start without it. */
const probes: Readonly<Record<string, Probe>> = Object.freeze({
  context7: {
    tool: "resolve-library-id",
    arguments: { libraryName: "node", query: "reachability check" },
    reached: /Available Libraries|^\s*No libraries found/,
    timeoutMs: 4000,
  },
});

/**
 * Starts every server, asks for its tools and ends it again, all at once. Never rejects for a server that is broken: that is its `status` and `reason`.
 */
export function checkServers(
  definitions: readonly McpServerDefinition[],
  options: CheckServersOptions = {},
): Promise<ServerHealth[]> {
  return Promise.all(definitions.map((definition) => checkServer(definition, options)));
}

async function checkServer(definition: McpServerDefinition, options: CheckServersOptions): Promise<ServerHealth> {
  const timeoutMs = options.timeoutMs ?? 15_000;
  const started = performance.now();
  const { name } = definition;
  const opened = await openConnection(definition, { ...options, timeoutMs });
  if (!opened.ok) {
    const startMs = Math.round(performance.now() - started);
    return { name, status: "failed", startMs, protocol: undefined, tools: [], schemas: "[]", reason: opened.reason };
  }
  const { connection } = opened;
  const { startMs, protocol, tools } = connection;
  const seen = { name, startMs, protocol, tools: tools.map((tool) => tool.name), schemas: renderSchemas(tools) };
  try {
    const unreachable = await probeService(connection, name);
    if (unreachable === undefined) return { ...seen, status: "ready", reason: "" };
    return { ...seen, status: "unavailable", reason: unreachable };
  } finally {
    await connection.close();
  }
}

/** What of its tools a model is given; schemas of answers stay with the client. */
function renderSchemas(tools: McpConnection["tools"]): string {
  return JSON.stringify(tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })));
}

/** Why the service behind the server does not answer, or undefined. The text decides: context7 says "Error …" without `isError`. */
async function probeService(connection: McpConnection, name: string): Promise<string | undefined> {
  const probe = probes[name];
  if (probe === undefined) return undefined;
  const text = await connection.call(probe).then(
    (answer) => answer.text,
    (error: unknown) => `Error: ${error instanceof Error ? error.message : String(error)}`,
  );
  if (probe.reached.test(text)) return undefined;
  const line = text.replaceAll(/\s+/g, " ").trim();
  return `Its service cannot be reached: ${line.length > 300 ? `${line.slice(0, 299)}…` : line}`;
}
