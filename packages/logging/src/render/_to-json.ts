/** JSON of any value: errors with their message and cause, big integers as text, circles and functions by name. */
export function toJson(value: unknown, indent?: number): string {
  const path: unknown[] = [];
  return (
    JSON.stringify(
      value,
      function (this: unknown, _key: string, field: unknown) {
        // `this` is the object that holds the field: what stands after it on the path belongs to finished branches.
        const depth = path.indexOf(this);
        path.length = depth + 1;
        const plain = toPlain(field);
        if (typeof plain === "object" && plain !== null) {
          if (path.includes(plain)) return "[Circular]";
          path.push(plain);
        }
        return plain;
      },
      indent,
    ) ?? "null"
  );
}

function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (!(value instanceof Error)) return value;
  return { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause };
}
