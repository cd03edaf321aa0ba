import type { McpServerDefinition } from "@ccb/core";
import { Client, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";
import { ProcessTransport } from "./process-transport.ts";

/** What one server answered to a check. */
export interface ServerHealth {
  name: string;
  /** `failed`: it does not start or does not speak MCP. `unavailable`: it runs, but the service behind it cannot be reached. */
  status: "ready" | "failed" | "unavailable";
  /** Milliseconds from the start to the list of tools. */
  startMs: number;
  /** Names of its tools, without the `mcp__<server>__` before them. */
  tools: string[];
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
  const signals = [AbortSignal.timeout(timeoutMs), ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  const started = performance.now();
  const transport = createTransport(definition, options);
  const client = new Client({ name: "ccb", version: "0.1.0" });
  const health = (status: ServerHealth["status"], tools: string[], reason: string): ServerHealth => ({
    name: definition.name,
    status,
    startMs: Math.round(performance.now() - started),
    tools,
    reason,
  });
  try {
    await untilAborted(client.connect(transport), signal);
    const { tools } = await untilAborted(client.listTools(), signal);
    const ready = health(
      "ready",
      tools.map((tool) => tool.name),
      "",
    );
    const unreachable = await untilAborted(probeService(client, definition.name), signal);
    return unreachable === undefined ? ready : { ...ready, status: "unavailable", reason: unreachable };
  } catch (error) {
    return health("failed", [], renderFailure({ error, transport, options, timeoutMs }));
  } finally {
    await transport.close();
  }
}

function createTransport(definition: McpServerDefinition, options: CheckServersOptions): Transport {
  const { transport } = definition;
  if (transport.type === "http") {
    return new StreamableHTTPClientTransport(new URL(transport.url), { requestInit: { headers: transport.headers } });
  }
  const env = { ...(options.environment ?? getDefaultEnvironment()), ...transport.env };
  return new ProcessTransport({ command: transport.command, args: transport.args, env, cwd: options.cwd });
}

/** Why the service behind the server does not answer, or undefined. The text decides: context7 says "Error …" without `isError`. */
async function probeService(client: Client, name: string): Promise<string | undefined> {
  const probe = probes[name];
  if (probe === undefined) return undefined;
  const call = client.callTool({ name: probe.tool, arguments: probe.arguments }, { timeout: probe.timeoutMs });
  const text = await call.then(
    (result) => result.content.map((block) => (block.type === "text" ? block.text : "")).join("\n"),
    (error: unknown) => `Error: ${error instanceof Error ? error.message : String(error)}`,
  );
  return probe.reached.test(text) ? undefined : `Its service cannot be reached: ${oneLine(text)}`;
}

/** The promise, or a rejection as soon as the signal aborts; whoever aborts cleans up. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function renderFailure(failure: {
  error: unknown;
  transport: Transport;
  options: CheckServersOptions;
  timeoutMs: number;
}): string {
  const { error, transport, options, timeoutMs } = failure;
  if (options.signal?.aborted) return "The check was stopped on request.";
  const said = transport instanceof ProcessTransport ? transport.standardError.trim().split("\n").at(-1) : undefined;
  const detail = said === undefined || said === "" ? "" : ` It said: ${oneLine(said)}`;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `It did not answer within ${timeoutMs} ms.${detail}`;
  }
  return `It did not start: ${oneLine(error instanceof Error ? error.message : String(error))}.${detail}`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
