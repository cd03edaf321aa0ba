import { hash } from "node:crypto";
import type { GatewayRoute, GatewayUpstream } from "./gateway.ts";

/** That a key is used: which one and for what. The key itself cannot be made from it. */
export interface KeyUse {
  /** First 8 hexadecimal digits of the key's SHA-256: `printf %s "$KEY" | sha256sum | cut -c1-8`. */
  key: string;
  kind: "api-key" | "auth-token";
  /** Where the program had it from: "environment variable ANTHROPIC_API_KEY". */
  from: string;
  /** The server it is sent to; without user, password and query. */
  upstream: string;
  /** The models of a route; missing for the server that all others go to. */
  models?: string[];
}

/** The keys that a gateway holds, one entry for each server that is sent one. Pure. */
export function listKeyUses(gateway: {
  upstream: GatewayUpstream;
  routes?: readonly GatewayRoute[] | undefined;
}): KeyUse[] {
  const routes = (gateway.routes ?? []).map(({ models, upstream }) => ({ models: [...models], upstream }));
  return [...routes, { models: undefined, upstream: gateway.upstream }].flatMap(({ models, upstream }) => {
    const { apiKey, authToken, keyFrom = {} } = upstream;
    const held = [
      { kind: "api-key" as const, secret: apiKey, from: keyFrom.apiKey },
      { kind: "auth-token" as const, secret: authToken, from: keyFrom.authToken },
    ];
    return held.flatMap(({ kind, secret, from = "the program that started it" }): KeyUse[] => {
      if (secret === undefined) return [];
      const about = { key: hash("sha256", secret).slice(0, 8), kind, from, upstream: nameServer(upstream.baseUrl) };
      return [{ ...about, ...(models === undefined ? {} : { models }) }];
    });
  });
}

function nameServer(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return "a server without a valid address";
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname === "/" ? "" : pathname}`;
}
