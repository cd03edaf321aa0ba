import { estimateTokens } from "@ccb/context";
import { CcbError } from "@ccb/core";
import { createServerPool } from "@ccb/mcp";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import { formatCount } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { findServer, type ServerFlags, serverEnvironment } from "./_open-servers.ts";

/** `ccb mcp tools`: the tools of one server, what each is for, and what its schema costs. */
export async function runMcpTools(call: { server: string; flags: ServerFlags; terminal: Terminal }): Promise<number> {
  const { server, flags, terminal } = call;
  const definition = await findServer(server, flags, terminal);
  const environment = serverEnvironment(terminal);
  const pool = createServerPool({ servers: [definition], cwd: terminal.cwd, environment });
  try {
    const found = await pool.tools(server);
    if (!found.ok) throw new CcbError({ code: "mcp-failed", message: `The MCP server does not work: ${found.reason}` });
    const { stdout } = terminal;
    if (flags.json) {
      stdout.write(`${JSON.stringify(found.tools, null, 2)}\n`);
      return exitCodes.done;
    }
    const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
    for (const tool of found.tools) {
      // What a model is given of it; the schema of its answer stays with the client.
      const { name, description, inputSchema } = tool;
      const tokens = estimateTokens(JSON.stringify({ name, description, inputSchema }));
      stdout.write(`${paint.accent(`mcp__${server}__${name}`)} ${paint.dim(`${formatCount(tokens)} tokens`)}\n`);
      stdout.write(`  ${(description ?? "").split("\n")[0]?.slice(0, 160) ?? ""}\n`);
      stdout.write(`  ${paint.dim(renderInputs(inputSchema))}\n`);
    }
    return exitCodes.done;
  } finally {
    await pool.close();
  }
}

/** The names of the inputs; those that may be left out with a question mark. */
function renderInputs(schema: {
  properties?: Record<string, unknown> | undefined;
  required?: string[] | undefined;
}): string {
  const names = Object.keys(schema.properties ?? {});
  if (names.length === 0) return "no inputs";
  return names.map((name) => (schema.required?.includes(name) ? name : `${name}?`)).join(", ");
}
