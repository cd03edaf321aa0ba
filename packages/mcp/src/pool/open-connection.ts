import type { McpServerDefinition } from "@ccb/core";
import {
  Client,
  SdkError,
  SdkErrorCode,
  StreamableHTTPClientTransport,
  type Tool,
  type Transport,
} from "@modelcontextprotocol/client";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";
import { ProcessTransport } from "./process-transport.ts";
import { untilAborted } from "./until-aborted.ts";

export interface OpenConnectionOptions {
  /** Milliseconds from the start to the list of tools. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Working directory of the server's process. */
  cwd?: string | undefined;
  /** The server is known to end at a question it does not know, so the newest revision is not asked for. */
  isOld?: boolean | undefined;
  /** Environment of the server's process beside what its definition says; PATH, HOME and the like of this process by default. */
  environment?: Record<string, string> | undefined;
}

/** What a tool answered. */
export interface ToolAnswer {
  /** The text blocks, one after the other; other blocks are named. */
  text: string;
  structured: unknown;
  isError: boolean;
}

/** A running server that has shaken hands. */
export interface McpConnection {
  /** Milliseconds from the start to the list of tools. */
  startMs: number;
  /** Revision of the protocol that both speak. */
  protocol: string | undefined;
  /** It came to nothing but the revisions up to 2025-11-25, in a second start. */
  isOld: boolean;
  tools: readonly Tool[];
  /** Why the server is gone; undefined while it is there. */
  readonly gone: string | undefined;
  /** Rejects when the server answers with a protocol error, does not answer in time, or goes away. */
  call(request: {
    tool: string;
    arguments: Record<string, unknown>;
    timeoutMs: number;
    signal?: AbortSignal | undefined;
  }): Promise<ToolAnswer>;
  /** Whether the server answers anything within that many milliseconds. */
  isAlive(timeoutMs: number): Promise<boolean>;
  /** Ends the server's process group, or the HTTP session. */
  close(): Promise<void>;
}

export type OpenConnectionResult = { ok: true; connection: McpConnection } | { ok: false; reason: string };

/** Milliseconds in which a server has to answer which revisions it speaks; after that it is taken for an old one, which need not know the question. */
const longestQuestionMs = 3_000;

/**
 * Starts a server or connects to one, shakes hands and asks for its tools. A server that is broken is a `reason`; what it started is ended then.
 *
 * The newest revision (2026-07-28) is asked for first (`server/discover`). A server that does not know the question, or does not answer it soon, is gone on with as one of the revisions
 * before, on the same connection; one that ends at it is started anew and not asked again.
 */
export async function openConnection(
  definition: McpServerDefinition,
  options: OpenConnectionOptions,
): Promise<OpenConnectionResult> {
  const started = performance.now();
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([deadline, ...(options.signal === undefined ? [] : [options.signal])]);
  const attempt = { definition, options, signal, started };
  if (options.isOld) return tryConnection({ ...attempt, isOld: true });
  const { mayBeOld, ...newest } = await tryConnection({ ...attempt, isOld: false });
  return mayBeOld && !signal.aborted ? tryConnection({ ...attempt, isOld: true }) : newest;
}

async function tryConnection(attempt: {
  definition: McpServerDefinition;
  options: OpenConnectionOptions;
  signal: AbortSignal;
  started: number;
  isOld: boolean;
}): Promise<OpenConnectionResult & { mayBeOld?: boolean }> {
  const { definition, options, signal, started, isOld } = attempt;
  const transport = createTransport(definition, options);
  const probe = { timeoutMs: Math.min(longestQuestionMs, options.timeoutMs / 3) };
  const client = new Client(
    { name: "ccb", version: "0.1.0" },
    isOld ? {} : { versionNegotiation: { mode: "auto", probe } },
  );
  let gone: string | undefined;
  client.onclose = () => {
    gone ??= renderEnding(transport);
  };
  try {
    await untilAborted(client.connect(transport), signal);
    const { tools } = await untilAborted(client.listTools(undefined, { timeout: options.timeoutMs }), signal);
    const startMs = Math.round(performance.now() - started);
    const protocol = client.getNegotiatedProtocolVersion();
    const connection = {
      ...describe(client, transport),
      get gone() {
        return gone;
      },
      startMs,
      protocol,
      isOld,
      tools,
    };
    return { ok: true, connection };
  } catch (error) {
    const reason = options.signal?.aborted
      ? "The check was stopped on request."
      : renderFailure({ error, transport, timeoutMs: options.timeoutMs });
    await transport.close();
    return { ok: false, reason, mayBeOld: hasEndedAtQuestion(transport, error) };
  }
}

/** Whether what failed may be a server that ends, or closes the connection, at a question that it does not know. */
function hasEndedAtQuestion(transport: Transport, error: unknown): boolean {
  if (transport instanceof ProcessTransport) return transport.isWorthAnotherStart;
  const codes: unknown[] = [SdkErrorCode.EraNegotiationFailed, SdkErrorCode.RequestTimeout];
  return error instanceof SdkError && codes.includes(error.code);
}

function describe(client: Client, transport: Transport): Pick<McpConnection, "call" | "isAlive" | "close"> {
  return {
    async call(request: Parameters<McpConnection["call"]>[0]): Promise<ToolAnswer> {
      const result = await client.callTool(
        { name: request.tool, arguments: request.arguments },
        { timeout: request.timeoutMs, ...(request.signal === undefined ? {} : { signal: request.signal }) },
      );
      const texts = result.content.map((block) => (block.type === "text" ? block.text : `[${block.type}]`));
      return { text: texts.join("\n"), structured: result.structuredContent, isError: result.isError === true };
    },
    isAlive: (timeoutMs: number) =>
      // The newest revision has no ping.
      (client.getProtocolEra() === "modern"
        ? client.discover({ timeout: timeoutMs })
        : client.ping({ timeout: timeoutMs })
      ).then(
        () => true,
        // "Method not found" is an answer too.
        (error: unknown) => error instanceof Error && /not found/i.test(error.message),
      ),
    close: () => transport.close(),
  };
}

function createTransport(definition: McpServerDefinition, options: OpenConnectionOptions): Transport {
  const { transport } = definition;
  if (transport.type === "http") {
    return new StreamableHTTPClientTransport(new URL(transport.url), { requestInit: { headers: transport.headers } });
  }
  // Only what every program needs: a server gets no other secret than those that its own definition names.
  const env = { ...(options.environment ?? getDefaultEnvironment()), ...transport.env };
  return new ProcessTransport({ command: transport.command, args: transport.args, env, cwd: options.cwd });
}

function renderEnding(transport: Transport): string {
  if (!(transport instanceof ProcessTransport)) return "the connection was closed";
  return `${transport.ending ?? "it was closed"}${renderSaid(transport)}`;
}

function renderSaid(transport: Transport): string {
  const said = transport instanceof ProcessTransport ? transport.standardError.trim().split("\n").at(-1) : undefined;
  return said === undefined || said === "" ? "" : `. It said: ${oneLine(said)}`;
}

function renderFailure(failure: { error: unknown; transport: Transport; timeoutMs: number }): string {
  const { error, transport, timeoutMs } = failure;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `It did not answer within ${timeoutMs} ms${renderSaid(transport) || "."}`;
  }
  const ending = transport instanceof ProcessTransport ? transport.ending : undefined;
  const what = ending ?? oneLine(error instanceof Error ? error.message : String(error));
  return `It did not start: ${what}${renderSaid(transport) || "."}`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
