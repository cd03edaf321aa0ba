import { text } from "node:stream/consumers";
import { CcbError } from "@ccb/core";
import { createServerPool } from "@ccb/mcp";
import { exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { findServer, type ServerFlags, serverEnvironment } from "./_open-servers.ts";

export interface McpCallFlags extends ServerFlags {
  /** Seconds. */
  timeout?: number;
}

/** `ccb mcp call`: one call of one tool; prints its answer. Exit code 1 for an answer that is an error. */
export async function runMcpCall(call: {
  server: string;
  tool: string;
  input: string | undefined;
  flags: McpCallFlags;
  terminal: Terminal;
}): Promise<number> {
  const { server, tool, flags, terminal } = call;
  const input = parseInput(call.input === "-" ? await text(terminal.stdin) : (call.input ?? "{}"));
  const definition = await findServer(server, flags, terminal);
  const environment = serverEnvironment(terminal);
  const pool = createServerPool({ servers: [definition], cwd: terminal.cwd, environment });
  try {
    const timeoutMs = (flags.timeout ?? 60) * 1000;
    const answer = await pool.call({ server, tool, arguments: input, timeoutMs });
    if (answer.status === "failed") throw new CcbError({ code: "mcp-failed", message: answer.reason });
    const { text: said, structured, isError } = answer;
    if (flags.json) terminal.stdout.write(`${JSON.stringify({ text: said, structured, isError }, null, 2)}\n`);
    else terminal.stdout.write(`${said}\n`);
    return isError ? exitCodes.failed : exitCodes.done;
  } finally {
    await pool.close();
  }
}

function parseInput(source: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(source);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, together with what is JSON but no object.
  }
  throw new CcbError({
    code: "usage",
    message: `The input of a tool is a JSON object; received ${source.slice(0, 100)}.`,
    hint: 'For example: ccb mcp call git git_status \'{"path": "./"}\'',
  });
}
