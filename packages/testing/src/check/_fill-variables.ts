/** Values saved by earlier requests. */
export type Variables = ReadonlyMap<string, unknown>;

export type Filled<T> = { value: T } | { missing: string };

const placeholder = /\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}/g;
const lonePlaceholder = /^\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}$/;

/** A text with its placeholders replaced; `encode` is applied to each value, for example `encodeURIComponent` in a path. */
export function fillText(text: string, variables: Variables, encode = (value: string) => value): Filled<string> {
  let missing: string | undefined;
  const value = text.replaceAll(placeholder, (whole, name: string) => {
    if (!variables.has(name)) {
      missing ??= name;
      return whole;
    }
    return encode(renderValue(variables.get(name)));
  });
  return missing === undefined ? { value } : { missing };
}

/** A JSON value with the placeholders in its strings replaced; a string that is nothing but a placeholder becomes the value itself, with its type. */
export function fillJson(json: unknown, variables: Variables): Filled<unknown> {
  if (typeof json === "string") {
    const name = lonePlaceholder.exec(json)?.[1];
    if (name === undefined) return fillText(json, variables);
    return variables.has(name) ? { value: variables.get(name) } : { missing: name };
  }
  if (typeof json !== "object" || json === null) return { value: json };
  const entries: [string, unknown][] = [];
  for (const [key, member] of Object.entries(json)) {
    const filled = fillJson(member, variables);
    if ("missing" in filled) return filled;
    entries.push([key, filled.value]);
  }
  return { value: Array.isArray(json) ? entries.map(([, member]) => member) : Object.fromEntries(entries) };
}

function renderValue(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
