import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CcbError } from "@ccb/core";
import { hostHeaderValidation, originValidation, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { type CcbServerOptions, createCcbServer } from "./create-ccb-server.ts";

export interface ServeHttpOptions extends CcbServerOptions {
  /** A free port when omitted. */
  port?: number;
  /** Address to listen on; 127.0.0.1 by default. Another one than loopback opens the project to the network. */
  host?: string;
  /** Names under which clients may call the server, beside localhost, 127.0.0.1 and [::1]. */
  allowedHosts?: readonly string[];
  /** What clients have to send as `Authorization: Bearer …`; a random one when omitted. At least 16 characters. */
  token?: string;
}

export interface HttpServing {
  /** Where clients connect to. */
  url: string;
  token: string;
  close(): Promise<void>;
}

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];
const maxBodyBytes = 4 * 1024 * 1024;

/**
 * Serves CCB's tools over Streamable HTTP at `/mcp`. A wrong Host or Origin is refused with 403 (a page of another origin could otherwise call it from the user's browser), a
 * wrong or missing token with 401, compared in constant time.
 */
export async function serveHttp(options: ServeHttpOptions): Promise<HttpServing> {
  const { host = "127.0.0.1", port = 0, allowedHosts = [] } = options;
  const token = options.token ?? randomBytes(32).toString("base64url");
  if (token.length < 16) {
    throw new CcbError({ code: "usage", message: "The token of the MCP server has at least 16 characters." });
  }
  const names = [...loopbackNames, ...allowedHosts];
  const checkHost = hostHeaderValidation(names);
  const checkOrigin = originValidation(names);
  const handler = createMcpHandler(() => createCcbServer(options));
  const answer = toNodeHandler(handler, { maxRequestBodySize: maxBodyBytes });
  const server = createServer((request, response) => {
    if (!checkHost(request, response) || !checkOrigin(request, response)) return;
    if (!hasToken(request, token)) return refuse(response, 401, "A valid token is needed: Authorization: Bearer …");
    if (request.url?.split("?")[0] !== "/mcp") return refuse(response, 404, "The server is at /mcp.");
    const { method = "GET", url = "/mcp" } = request;
    answer(Object.assign(request, { method, url }), response).catch(() => response.destroy());
  });
  await listen(server, { host, port });
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}/mcp`,
    token,
    async close() {
      await handler.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Digests have one length, so that the time of the comparison tells nothing of the token, its length included. */
function hasToken(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const headers = { "content-type": "application/json", ...(status === 401 ? { "www-authenticate": "Bearer" } : {}) };
  const body = { jsonrpc: "2.0", id: null, error: { code: -32000, message } };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function listen(server: ReturnType<typeof createServer>, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new CcbError({
          code: "io-failed",
          message: `The MCP server cannot listen on ${at.host}:${at.port}: ${cause.code ?? cause.message}.`,
          hint: "Choose another port, or none for a free one.",
          cause,
        }),
      ),
    );
    server.listen(at.port, at.host, resolve);
  });
}
