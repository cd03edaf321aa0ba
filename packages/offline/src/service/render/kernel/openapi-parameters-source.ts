/** Text of `src/openapi/parameters.js` in a generated service. */
export const openapiParametersSource = `import { settings } from "../settings.js";
import { schemaOfField } from "./schemas.js";

/**
 * The path and query parameters of a route.
 *
 * @param {import("../resource/definition.js").Resource} resource
 * @param {import("../resource/definition.js").ResourceRoute} route
 */
export function describeParameters(resource, route) {
  const inPath = [...route.path.matchAll(/\\{(\\w+)\\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  return route.action === "list" ? [...inPath, ...describeQuery(resource)] : inPath;
}

function describeQuery(resource) {
  const { pagination, sort, searchParam } = settings;
  const parameters = Object.entries(resource.filters).map(([param, { field, test }]) =>
    inQuery(param, filterSchema(resource.fields[field]), \`Filter: \${field} \${filterWords[test]}\`),
  );
  if (resource.searchable.length > 0) {
    parameters.push(inQuery(searchParam, { type: "string" }, \`Text looked for in \${resource.searchable.join(", ")}\`));
  }
  parameters.push(inQuery(sort.param, { type: "string", default: resource.defaultSort }, 'Field to sort by, "-" before it for descending order'));
  if (sort.orderParam !== null) parameters.push(inQuery(sort.orderParam, { enum: ["asc", "desc"] }, "Direction of the order"));
  if (pagination.style === "none") return parameters;
  const first = pagination.style === "page" ? 1 : 0;
  const sizes = { type: "integer", minimum: 1, maximum: pagination.maxSize, default: pagination.defaultSize };
  parameters.push(inQuery(pagination.sizeParam, sizes, "Records on a page"));
  parameters.push(inQuery(pagination.positionParam, { type: "integer", minimum: first, default: first }, "Where the page starts"));
  return parameters;
}

const filterWords = {
  equals: "equals this",
  atLeast: "is at least this",
  atMost: "is at most this",
  above: "is above this",
  below: "is below this",
  contains: "contains this",
  has: "has this item",
};

/** Several values of an enum can be given, separated by commas. */
function filterSchema(field) {
  return field.type === "enum" ? { type: "string" } : schemaOfField({ type: field.type === "strings" ? "string" : field.type });
}

function inQuery(name, schema, description) {
  return { name, in: "query", required: false, schema, description };
}
`;
