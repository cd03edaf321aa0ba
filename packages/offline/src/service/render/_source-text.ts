/** A piece of JavaScript that stands for itself inside a rendered value. */
export class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const width = 110;

/** Renders a value as JavaScript the way a formatter would: short things on one line, identifiers without quotes. */
export function renderValue(value: unknown, indent = 0): string {
  if (value instanceof Code) return value.text;
  if (Array.isArray(value))
    return renderGroup(
      value.map((item) => renderValue(item, indent + 2)),
      { open: "[", close: "]", pad: "", indent },
    );
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    const parts = entries.map(([key, inner]) => `${renderKey(key)}: ${renderValue(inner, indent + 2)}`);
    return renderGroup(parts, { open: "{", close: "}", pad: " ", indent });
  }
  return JSON.stringify(value) ?? "undefined";
}

function renderGroup(
  parts: readonly string[],
  { open, close, pad, indent }: { open: string; close: string; pad: string; indent: number },
): string {
  if (parts.length === 0) return `${open}${close}`;
  const line = `${open}${pad}${parts.join(", ")}${pad}${close}`;
  if (line.length + indent <= width && !line.includes("\n")) return line;
  const space = " ".repeat(indent + 2);
  return `${open}\n${parts.map((part) => `${space}${part},\n`).join("")}${" ".repeat(indent)}${close}`;
}

export function renderKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

/** `.name`, or `["odd name"]`. */
export function renderAccess(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

/** Camel case with a capital: `loan_item` gives `LoanItem`. */
export function pascalCase(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join("");
}

/** "a task", "an appointment". */
export function withArticle(words: string): string {
  return `${/^(?:[aeio]|u(?!se|ni))/i.test(words) ? "an" : "a"} ${words}`;
}
