import type { ServiceModel, ShapeTemplate } from "../service-model.ts";
import { renderKey } from "./_source-text.ts";

const errorParts: Record<string, string> = {
  $code: "code",
  $message: "error.message",
  $status: "error.status",
  $fieldMap: "Object.fromEntries(error.fields.map(({ field, message }) => [field, message]))",
  $fieldLists: "Object.fromEntries(error.fields.map(({ field, message }) => [field, [message]]))",
};

const problemParts: Record<string, string> = {
  $field: "field",
  $problem: "message",
  $code: "code",
  $fieldText: "`${field} ${message}`",
};

const listParts: Record<string, string> = {
  $items: "items",
  $total: "total",
  $size: "limit",
  $page: "Math.floor(offset / limit) + 1",
  $pages: "Math.ceil(total / limit)",
  $offset: "offset",
  $hasMore: "offset + items.length < total",
};

/** `src/http/error-body.js`: the shape of error answers. */
export function renderErrorBody(model: ServiceModel): string {
  return `import { settings } from "../settings.js";

/**
 * The JSON that tells a client what went wrong.
 *
 * @param {import("./errors.js").ApiError} error
 */
export function errorBody(error) {
  const code = settings.errorCodes[error.status] ?? error.code;
  return ${renderShape(model.errorShape, errorParts, 2)};
}
`
    .replace(usesCode(model.errorShape) ? "" : "  const code = settings.errorCodes[error.status] ?? error.code;\n", "")
    .replace(usesCode(model.errorShape) ? "" : 'import { settings } from "../settings.js";\n\n', "");
}

function usesCode(shape: ShapeTemplate): boolean {
  return JSON.stringify(shape).includes('"$code"');
}

/** `src/http/list-body.js`: the shape of list answers. */
export function renderListBody(model: ServiceModel): string {
  const text = JSON.stringify(model.listShape);
  const found = [/\$total|\$pages|\$hasMore/.test(text) ? "items, total" : "items"];
  const page = [
    /\$size|\$page|\$pages/.test(text) ? "limit" : "",
    /\$page"|\$offset|\$hasMore/.test(text) ? "offset" : "",
  ].filter((name) => name !== "");
  const second = page.length === 0 ? "" : `, { ${page.join(", ")} }`;
  return `/**
 * The JSON of a list.
 *
 * @param {{ items: object[], total: number }} found \`total\` counts all matches
 * @param {{ limit: number, offset: number }} page the part of them that is shown
 */
export function listBody({ ${found[0]} }${second}) {
  return ${renderShape(model.listShape, listParts, 2)};
}
`;
}

function renderShape(shape: ShapeTemplate, parts: Record<string, string>, indent: number): string {
  if (typeof shape === "string") return parts[shape] ?? JSON.stringify(shape);
  if (Array.isArray(shape)) {
    if (shape[0] !== "$fields") return JSON.stringify(shape);
    const inner = renderShape(shape[1] ?? "$fieldText", problemParts, indent + 2);
    return `error.fields.map(({ field, message }) => ${inner.startsWith("{") ? `(${inner})` : inner})`;
  }
  if (typeof shape !== "object" || shape === null) return JSON.stringify(shape);
  const entries = Object.entries(shape).map(([key, inner]) => {
    const value = renderShape(inner, parts, indent + 2);
    return key === value ? key : `${renderKey(key)}: ${value}`;
  });
  const line = `{ ${entries.join(", ")} }`;
  if (line.length + indent < 100) return entries.length === 0 ? "{}" : line;
  const space = " ".repeat(indent + 2);
  return `{\n${entries.map((entry) => `${space}${entry},\n`).join("")}${" ".repeat(indent)}}`;
}
