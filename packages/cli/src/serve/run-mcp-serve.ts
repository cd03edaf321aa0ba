import { resolve } from "node:path";
import { CcbError } from "@ccb/core";
import { serveHttp, serveStdio } from "@ccb/mcp/server";
import { version } from "../_version.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { createServices } from "./create-services.ts";

export interface McpServeFlags {
  /** The project directory that is served. */
  dir?: string;
  http?: boolean;
  port?: number;
  host?: string;
  allowHost?: string[];
}

const loopback = ["127.0.0.1", "::1", "localhost"];

/** `ccb mcp serve`: CCB's tools for one project directory, over standard input and output or HTTP, until the client goes or a signal comes. */
export async function runMcpServe(call: { flags: McpServeFlags; terminal: Terminal }): Promise<number> {
  const { flags, terminal } = call;
  const directory = resolve(terminal.cwd, flags.dir ?? ".");
  const services = createServices({ directory, environment: withoutKeys(terminal.environment) });
  if (!flags.http) {
    if (flags.port !== undefined || flags.host !== undefined) {
      throw new CcbError({ code: "usage", message: "--port and --host belong to --http." });
    }
    await serveStdio({ services, version, input: terminal.stdin, output: terminal.stdout });
    return exitCodes.done;
  }
  const token = terminal.environment.CCB_MCP_TOKEN;
  const serving = await serveHttp({
    services,
    version,
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.allowHost === undefined ? {} : { allowedHosts: flags.allowHost }),
    ...(token ? { token } : {}),
  });
  if (flags.host !== undefined && !loopback.includes(flags.host))
    terminal.stderr.write(
      `warning: ${serving.url} can be reached from the network; whoever has the token can use it.\n`,
    );
  terminal.stdout.write(`CCB serves ${directory} at ${serving.url}\n`);
  terminal.stdout.write(
    token ? "Clients send the token of CCB_MCP_TOKEN.\n" : `Clients send: Authorization: Bearer ${serving.token}\n`,
  );
  await untilSignal();
  await serving.close();
  return exitCodes.done;
}

function untilSignal(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
  });
}

/** Checks run programs of the project; they get no credentials. */
function withoutKeys(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/(^|_)(API_KEY|AUTH_TOKEN|SECRET|TOKEN|PASSWORD)$|^ANTHROPIC_|^CLAUDE/.test(name),
    ),
  );
}
