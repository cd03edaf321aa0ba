import type { Readable, Writable } from "node:stream";
import { StdioServerTransport, serveStdio as serveTransport } from "@modelcontextprotocol/server/stdio";
import { type CcbServerOptions, createCcbServer } from "./create-ccb-server.ts";

export interface ServeStdioOptions extends CcbServerOptions {
  input: Readable;
  output: Writable;
}

/** Serves CCB's tools over a pair of streams; resolves when the client closes its end. */
export async function serveStdio(options: ServeStdioOptions): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    options.input.once("end", resolve);
    options.input.once("close", resolve);
  });
  const transport = new StdioServerTransport(options.input, options.output);
  const serving = serveTransport(() => createCcbServer(options), { transport });
  await ended;
  await serving.close();
}
