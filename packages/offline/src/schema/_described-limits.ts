import { parseJson } from "../_json.ts";

/**
 * A schema with the limits that its description holds. Clients of the API move what its grammar does not know into the description, as
 * `{minimum: 1, pattern: "^a"}` at its end (`transformJSONSchema` of `@anthropic-ai/sdk` 1.11).
 */
export function addDescribedLimits(wanted: Record<string, unknown>): Record<string, unknown> {
  if (typeof wanted.description !== "string") return wanted;
  const limits = /(?:^|\n\n)\{([^\n]*)\}$/.exec(wanted.description)?.[1];
  if (limits === undefined) return wanted;
  const found = limits.matchAll(/(\w+): ("(?:[^"\\]|\\.)*"|-?\d[\d.e+-]*|true|false)/g);
  return { ...Object.fromEntries([...found].map(([, key, value]) => [key, parseJson(value)])), ...wanted };
}
