import { estimateTokens } from "@ccb/context";
import { CcbError } from "@ccb/core";
import { checkServers, type ServerHealth } from "@ccb/mcp";
import { exitCodes } from "../exit-codes.ts";
import { createPainter } from "../render/_painter.ts";
import { formatCount, formatDuration, formatPlural } from "../render/format.ts";
import type { Terminal } from "../terminal.ts";
import { openServers, type ServerFlags, serverEnvironment } from "./_open-servers.ts";

export interface McpCheckFlags extends ServerFlags {
  /** Seconds a server may take. */
  timeout?: number;
}

/** `ccb mcp check`: starts each server, asks for its tools, ends it. Exit code 1 when one that is required does not work. */
export async function runMcpCheck(call: {
  names: string[];
  flags: McpCheckFlags;
  terminal: Terminal;
}): Promise<number> {
  const { names, flags, terminal } = call;
  const known = await openServers(flags, terminal);
  const unknown = names.filter((name) => !known.some(({ definition }) => definition.name === name));
  if (unknown.length > 0) {
    throw new CcbError({
      code: "usage",
      message: `There is no MCP server ${unknown.map((name) => `"${name}"`).join(", ")}.`,
      hint: "ccb mcp list shows those that are known here.",
    });
  }
  const wanted = known.filter(({ definition }) => names.length === 0 || names.includes(definition.name));
  const started = wanted.filter(({ trusted }) => trusted).map(({ definition }) => definition);
  const health = await checkServers(started, {
    cwd: terminal.cwd,
    environment: serverEnvironment(terminal),
    ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout * 1000 }),
  });
  const rows = health.map((server) => ({ ...server, schemaTokens: estimateTokens(server.schemas) }));
  const skipped = wanted.filter(({ trusted }) => !trusted).map(({ definition }) => definition.name);
  if (flags.json) {
    const shown = rows.map(({ schemas: _left, ...row }) => row);
    terminal.stdout.write(`${JSON.stringify({ servers: shown, notStarted: skipped }, null, 2)}\n`);
  } else printHealth(rows, skipped, terminal);
  const isNeeded = (name: string) => started.some((server) => server.name === name && server.required);
  return health.some(({ name, status }) => status !== "ready" && isNeeded(name)) ? exitCodes.failed : exitCodes.done;
}

function printHealth(
  rows: (ServerHealth & { schemaTokens: number })[],
  skipped: readonly string[],
  { stdout }: Terminal,
): void {
  const paint = createPainter(stdout.isTTY === true && stdout.hasColors?.() !== false);
  const width = Math.max(8, ...[...rows.map(({ name }) => name), ...skipped].map((name) => name.length));
  for (const { name, status, startMs, tools, schemaTokens, protocol, reason } of rows) {
    const mark = { ready: paint.good("✓"), unavailable: paint.warn("!"), failed: paint.bad("✗") }[status];
    const facts =
      status === "failed"
        ? ""
        : `${formatDuration(startMs).padEnd(8)} ${formatPlural(tools.length, "tool").padEnd(9)} ${`${formatCount(schemaTokens)} tokens of schemas`.padEnd(26)} ${paint.dim(`MCP ${protocol ?? "?"}`)}`;
    stdout.write(`  ${mark} ${name.padEnd(width)} ${status.padEnd(12)} ${facts}`.trimEnd());
    stdout.write(reason === "" ? "\n" : `\n      ${reason}\n`);
  }
  for (const name of skipped)
    stdout.write(`  ${paint.warn("-")} ${name.padEnd(width)} not started (--trust-project)\n`);
}
