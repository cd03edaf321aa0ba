import { toJson } from "../render/_to-json.ts";

/** JSON of any value with its secrets blanked; the result is valid JSON whatever was blanked. */
export function toRedactedJson(value: unknown, redact: (text: string) => string, indent?: number): string {
  const text = toJson(value, indent);
  const redacted = redact(text);
  if (redacted === text || isJson(redacted)) return redacted;
  // A secret that is a number, or that looks like the signs between two values, took them with it: blank value by value.
  return JSON.stringify(redactValue(JSON.parse(text), redact), null, indent);
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [redact(key), redactValue(field, redact)]));
  }
  const text = String(value);
  const redacted = redact(text);
  return redacted === text ? value : redacted;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
