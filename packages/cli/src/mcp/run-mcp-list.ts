import { relative } from "node:path";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import type { Terminal } from "../terminal.ts";
import { type KnownServer, openServers, type ServerFlags } from "./_open-servers.ts";

/** `ccb mcp list`: the servers that are known here and where each comes from; starts none. */
export async function runMcpList(call: { flags: ServerFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  const servers = await openServers(flags, terminal);
  const { stdout } = terminal;
  if (flags.json) {
    // Values of variables and headers may be secrets; their names are not.
    stdout.write(`${JSON.stringify(servers.map(toJson), null, 2)}\n`);
    return exitCodes.done;
  }
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const width = Math.max(...servers.map(({ definition }) => definition.name.length));
  for (const { definition, source, path, trusted } of servers) {
    const { name, required, enforceAt, transport } = definition;
    const where = path === undefined ? "built in" : `${source} (${relative(terminal.cwd, path) || path})`;
    const kind = transport.type === "http" ? transport.url.replace(/\?.*/, "?…") : definition.description;
    const duty = required ? paint.strong("required") : paint.dim("optional");
    stdout.write(`${paint.accent(name.padEnd(width))}  ${duty}  ${where}\n`);
    stdout.write(`${" ".repeat(width)}  ${paint.dim(kind)}\n`);
    if (enforceAt.length > 0) stdout.write(`${" ".repeat(width)}  ${paint.dim(`at ${enforceAt.join(", ")}`)}\n`);
    if (!trusted) stdout.write(`${" ".repeat(width)}  ${paint.warn("not started without --trust-project")}\n`);
  }
  return exitCodes.done;
}

function toJson({ definition, source, path, trusted }: KnownServer) {
  const { transport, ...rest } = definition;
  const shown =
    transport.type === "http"
      ? { type: transport.type, url: transport.url.replace(/\?.*/, "?…"), headers: Object.keys(transport.headers) }
      : { ...transport, env: Object.keys(transport.env) };
  return { ...rest, transport: shown, source, path: path ?? null, trusted };
}
