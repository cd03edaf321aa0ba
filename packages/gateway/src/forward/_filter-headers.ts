import { scopeHeader } from "../cassette/scope-header.ts";
import type { GatewayUpstream } from "../gateway.ts";

/** Headers that belong to one connection only (RFC 9110, 7.6.1). */
const connectionHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Replaced by the gateway: the client's credentials never reach the upstream, and the upstream's never the client. */
const replacedHeaders = new Set(["host", "content-length", "accept-encoding", "expect", "x-api-key", "authorization"]);

/** The client's headers as the upstream gets them, as a flat list of names and values. */
export function filterRequestHeaders(
  raw: readonly string[],
  options: { upstream: GatewayUpstream; host: string; bodyBytes: number | undefined; scope?: string | undefined },
): string[] {
  const { upstream } = options;
  const own = new Map<string, string>([
    ["host", options.host],
    ["accept-encoding", "identity"],
  ]);
  if (options.bodyBytes !== undefined) own.set("content-length", String(options.bodyBytes));
  if (upstream.apiKey) own.set("x-api-key", upstream.apiKey);
  if (upstream.authToken) own.set("authorization", `Bearer ${upstream.authToken}`);
  if (options.scope !== undefined) own.set(scopeHeader, options.scope);
  for (const [name, value] of Object.entries(upstream.headers ?? {})) own.set(name.toLowerCase(), value);
  const isPassed = upstream.passCredentials === true && !upstream.apiKey && !upstream.authToken;
  const isDropped = (name: string) => own.has(name) || (replacedHeaders.has(name) && !(isPassed && isCredential(name)));
  return [...keepHeaders(raw, isDropped), ...[...own].flat()];
}

const isCredential = (name: string) => name === "x-api-key" || name === "authorization";

/** The upstream's headers as the client gets them. `isRewritten`: length and encoding of the body are no longer the upstream's. */
export function filterResponseHeaders(raw: readonly string[], options: { isRewritten: boolean }): string[] {
  return keepHeaders(raw, (name) => options.isRewritten && (name === "content-length" || name === "content-encoding"));
}

function keepHeaders(raw: readonly string[], isDropped: (name: string) => boolean): string[] {
  const named = new Set<string>();
  forEachHeader(raw, (name, value) => {
    if (name.toLowerCase() !== "connection") return;
    for (const token of value.split(",")) named.add(token.trim().toLowerCase());
  });
  const kept: string[] = [];
  forEachHeader(raw, (name, value) => {
    const lower = name.toLowerCase();
    if (!connectionHeaders.has(lower) && !named.has(lower) && !isDropped(lower)) kept.push(name, value);
  });
  return kept;
}

function forEachHeader(raw: readonly string[], visit: (name: string, value: string) => void): void {
  for (let i = 0; i + 1 < raw.length; i += 2) visit(raw[i] ?? "", raw[i + 1] ?? "");
}
