import { createHash } from "node:crypto";

/** SHA-256 over the inputs as JSON with sorted keys, so that equal inputs hash equally however they were put together. */
export function hashInputs(inputs: unknown): string {
  return hashText(JSON.stringify(inputs, sortKeys));
}

/** SHA-256 of a text, in hex. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
  );
}
