import { createHash } from "node:crypto";

/** SHA-256 over the inputs as JSON with sorted keys, so that equal inputs hash equally however they were put together. */
export function hashInputs(inputs: unknown): string {
  return hashText(renderSorted(inputs) ?? "undefined");
}

/** SHA-256 of a text, in hex. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * What `JSON.stringify` writes for plain data, with the keys of every object sorted; undefined where it writes nothing. Put together by hand: a replacer that sorts
 * copies every object first, and the inputs of a plan of a thousand tasks are a megabyte.
 */
export function renderSorted(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => renderSorted(item) ?? "null").join(",")}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = renderSorted((value as Record<string, unknown>)[key]);
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${member}`);
  }
  return `{${members.join(",")}}`;
}
