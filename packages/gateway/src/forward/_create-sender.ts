import http from "node:http";
import https from "node:https";
import { CcbError } from "@ccb/core";
import type { SentRequest, UpstreamRequest } from "../_gateway-context.ts";
import { renderScopeHeader } from "../cassette/scope-header.ts";
import type { GatewayUpstream } from "../gateway.ts";
import { filterRequestHeaders } from "./_filter-headers.ts";

/** Milliseconds an unused connection is kept; shorter than servers commonly keep theirs, so that none dies under a request. */
const idleConnectionMs = 30_000;

/** Sends requests to the upstream over kept connections, with its credentials in place of the client's. */
export function createSender(upstream: GatewayUpstream): {
  host: string;
  send(request: UpstreamRequest): SentRequest;
  close(): void;
} {
  const base = parseBaseUrl(upstream.baseUrl);
  const isSecure = base.protocol === "https:";
  const agentOptions = { keepAlive: true, scheduling: "lifo", timeout: idleConnectionMs } as const;
  const agent = isSecure ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
  const start = isSecure ? https.request : http.request;
  const prefix = base.pathname.replace(/\/+$/, "");
  return {
    host: base.host,
    send({ method, path, rawHeaders, body, scope }) {
      const hasBody = body.length > 0 || (method !== "GET" && method !== "HEAD");
      const headers = filterRequestHeaders(rawHeaders, {
        upstream,
        scope: upstream.sendScope ? renderScopeHeader(scope) : undefined,
        host: base.host,
        bodyBytes: hasBody ? body.length : undefined,
      });
      const request = start({
        agent,
        method,
        hostname: base.hostname.replace(/^\[|\]$/g, ""),
        port: base.port || (isSecure ? 443 : 80),
        path: prefix + path,
        headers,
      });
      let isConnected = false;
      request.on("socket", (socket) => {
        if (!socket.connecting) isConnected = true;
        else
          socket.once(isSecure ? "secureConnect" : "connect", () => {
            isConnected = true;
          });
      });
      request.setNoDelay(true);
      request.end(body);
      return { request, wasSent: () => isConnected };
    },
    close: () => agent.destroy(),
  };
}

function parseBaseUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url && (url.protocol === "http:" || url.protocol === "https:") && url.username === "" && url.search === "")
    return url;
  throw new CcbError({
    code: "usage",
    message: `The upstream's base URL must be an http or https URL without user name and query; received ${JSON.stringify(withoutCredentials(baseUrl))}.`,
    hint: 'Give it as the Anthropic SDKs take it, for example "https://api.anthropic.com", and the key as apiKey or authToken.',
  });
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/]*@/, "//[REDACTED]@").replace(/\?.*$/s, "?…");
}
