/** Text of `src/http/router.js` in a generated service. */
export const httpRouterSource = `/**
 * @typedef {object} Route
 * @property {string} method
 * @property {string} path for example "/tasks/{id}"
 * @property {(request: import("./request.js").ServiceRequest) => import("./respond.js").ServiceResponse} handle
 * @property {boolean} [public] true when no credential is needed
 * @property {boolean} [readsBody] true when the JSON body is read before the handler runs
 * @property {object} [about] what the API description says about it
 */

/**
 * Finds the route of a request. Fixed segments win over parameters.
 *
 * @param {Route[]} routes
 */
export function createRouter(routes) {
  const entries = routes.map((route) => ({ route, segments: splitPath(route.path) }));
  entries.sort((left, right) => countParameters(left.segments) - countParameters(right.segments));

  return {
    /**
     * @param {string} method
     * @param {string} path
     * @returns {{ route: Route, params: Record<string, string> } | { allow: string[] }} \`allow\` is empty when no route has the path
     */
    match(method, path) {
      const segments = splitPath(path);
      const wanted = method === "HEAD" ? "GET" : method;
      const allow = new Set();
      for (const { route, segments: pattern } of entries) {
        const params = matchSegments(pattern, segments);
        if (params === undefined) continue;
        if (route.method === wanted) return { route, params };
        allow.add(route.method);
      }
      if (allow.has("GET")) allow.add("HEAD");
      return { allow: [...allow].sort() };
    },
  };
}

function splitPath(path) {
  return path.split("/").filter((segment) => segment !== "");
}

function isParameter(segment) {
  return segment.startsWith("{");
}

function countParameters(segments) {
  return segments.filter(isParameter).length;
}

function matchSegments(pattern, segments) {
  if (pattern.length !== segments.length) return undefined;
  const params = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (isParameter(part)) {
      const value = decode(segment);
      if (value === undefined) return undefined;
      params[part.slice(1, -1)] = value;
    } else if (part !== segment) {
      return undefined;
    }
  }
  return params;
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
`;
