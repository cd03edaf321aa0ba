/** What a request asks for, by its method and path below the token. */
export type Route =
  | { kind: "messages" | "batch"; path: string; endpoint: string }
  | { kind: "pass-through"; path: string; endpoint: string }
  | { kind: "alive" }
  | { kind: "unpriceable"; endpoint: string }
  | { kind: "malformed" };

/**
 * Endpoints that cost money and whose cost the gateway cannot see in their answer. They are not forwarded: whoever holds a session's URL
 * could spend past the cap through them.
 */
const unpriceable = new Set(["/v1/complete", "/v1/completions", "/v1/chat/completions", "/v1/responses"]);

/** Chooses the route; every spelling of a path that a server may take for a priced one is treated as that one. */
export function routeRequest(method: string, target: string): Route {
  const [rawPath = "", ...rest] = target.split("?");
  const query = rest.length > 0 ? `?${rest.join("?")}` : "";
  const endpoint = normalisePath(rawPath);
  if (endpoint === undefined) return { kind: "malformed" };
  if (endpoint === "/" && (method === "HEAD" || method === "GET")) return { kind: "alive" };
  const known = endpoint.toLowerCase();
  if (method === "POST" && known === "/v1/messages") {
    return { kind: "messages", path: `/v1/messages${query}`, endpoint: "/v1/messages" };
  }
  if (method === "POST" && known === "/v1/messages/batches") {
    return { kind: "batch", path: `/v1/messages/batches${query}`, endpoint: "/v1/messages/batches" };
  }
  if (method === "POST" && unpriceable.has(known)) return { kind: "unpriceable", endpoint };
  return { kind: "pass-through", path: `${rawPath === "" ? "/" : rawPath}${query}`, endpoint };
}

/** The path decoded, without double and trailing slashes; undefined where it is broken or climbs. */
function normalisePath(raw: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  const segments = decoded.split("/").filter((segment) => segment !== "");
  if (segments.some((segment) => /^\.{1,2}$|[\\?#%;]/.test(segment) || hasControl(segment))) return undefined;
  return `/${segments.join("/")}`;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 32) return true;
  return false;
}
