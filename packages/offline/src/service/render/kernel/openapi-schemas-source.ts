/** Text of `src/openapi/schemas.js` in a generated service. */
export const openapiSchemasSource = `import { errorBody } from "../http/error-body.js";
import { ApiError } from "../http/errors.js";
import { listBody } from "../http/list-body.js";

const types = {
  string: { type: "string" },
  text: { type: "string" },
  integer: { type: "integer" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  date: { type: "string", format: "date" },
  datetime: { type: "string", format: "date-time" },
  time: { type: "string", format: "time" },
  uuid: { type: "string", format: "uuid" },
  email: { type: "string", format: "email" },
  url: { type: "string", format: "uri" },
  enum: { type: "string" },
  strings: { type: "array", items: { type: "string" } },
  json: {},
};

/** @param {import("../resource/definition.js").Resource} resource */
export function schemaName(resource) {
  return resource.title.replaceAll(/(^|[^A-Za-z0-9])([A-Za-z0-9])/g, (_, __, letter) => letter.toUpperCase());
}

/**
 * The schemas of a resource: what is shown, and what is sent to create, replace and update it.
 *
 * @param {import("../resource/definition.js").Resource} resource
 */
export function schemasOf(resource) {
  const name = schemaName(resource);
  const entries = Object.entries(resource.fields);
  const writable = entries.filter(([, field]) => !field.readOnly);
  const changeable = writable.filter(([, field]) => !field.writeOnce);
  const required = (list) => list.filter(([, field]) => field.required && field.default === undefined).map(([key]) => key);
  return {
    [name]: objectSchema(entries.filter(([, field]) => !field.writeOnly), entries.filter(([, field]) => !field.writeOnly).map(([key]) => key)),
    [\`\${name}Create\`]: objectSchema(writable, required(writable)),
    [\`\${name}Replace\`]: objectSchema(changeable, required(changeable)),
    [\`\${name}Update\`]: objectSchema(changeable, []),
  };
}

/** @param {import("../resource/definition.js").Field} field */
export function schemaOfField(field) {
  const schema = { ...types[field.type] };
  if (field.values !== undefined) schema.enum = [...field.values];
  if (field.min !== undefined) schema.minimum = field.min;
  if (field.max !== undefined) schema.maximum = field.max;
  if (field.above !== undefined) schema.exclusiveMinimum = field.above;
  if (field.below !== undefined) schema.exclusiveMaximum = field.below;
  const unit = field.type === "strings" ? "Items" : "Length";
  if (field.minLength !== undefined) schema[\`min\${unit}\`] = field.minLength;
  if (field.maxLength !== undefined) schema[\`max\${unit}\`] = field.maxLength;
  if (field.pattern !== undefined) schema.pattern = field.pattern.source;
  if (field.default !== undefined) schema.default = field.default;
  if (field.readOnly) schema.readOnly = true;
  if (!field.required && schema.type !== undefined && !field.automatic && !field.readOnly) {
    schema.type = [schema.type, "null"];
    if (schema.enum !== undefined) schema.enum.push(null);
  }
  return schema;
}

function objectSchema(entries, required) {
  const properties = Object.fromEntries(entries.map(([key, field]) => [key, schemaOfField(field)]));
  return required.length === 0 ? { type: "object", properties } : { type: "object", properties, required };
}

/** The schema of a list answer around the schema of its items. */
export function describeList(item) {
  return schemaOfExample(listBody({ items: [], total: 0 }, { limit: 1, offset: 0, position: 1 }), item);
}

/** The schema of an error answer. */
export function describeError() {
  return schemaOfExample(errorBody(new ApiError(422, "code", "message", { fields: [{ field: "name", message: "is required" }] })), {});
}

function schemaOfExample(example, item) {
  if (Array.isArray(example)) {
    return { type: "array", items: example.length === 0 ? item : schemaOfExample(example[0], item) };
  }
  if (typeof example === "object" && example !== null) {
    const properties = Object.entries(example).map(([key, value]) => [key, schemaOfExample(value, item)]);
    return { type: "object", properties: Object.fromEntries(properties) };
  }
  return typeof example === "number" ? { type: "integer" } : typeof example === "boolean" ? { type: "boolean" } : { type: ["string", "null"] };
}
`;
