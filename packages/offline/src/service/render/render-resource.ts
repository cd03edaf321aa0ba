import { entityNamed } from "../sample/model-facts.ts";
import type { EndpointModel, EntityModel, FieldModel, ServiceModel } from "../service-model.ts";
import { Code, renderValue } from "./_source-text.ts";

/** `src/resources/<plural>.js`: everything that is particular to one entity. */
export function renderResource(model: ServiceModel, entity: EntityModel): string {
  const resource = {
    name: entity.plural,
    title: entity.title,
    table: entity.plural,
    key: entity.key,
    schema: new Code(`\`\n${indentLines(renderSchema(model, entity), 4)}\n  \``),
    fields: Object.fromEntries(entity.fields.map((field) => [field.name, fieldDefinition(model, field)])),
    routes: entity.endpoints.map((endpoint) => routeDefinition(model, endpoint)),
    filters: entity.filters,
    searchable: entity.searchable,
    sortable: entity.sortable,
    defaultSort: entity.defaultSort,
    states: statesDefinition(entity),
    comparisons:
      entity.comparisons.length === 0
        ? undefined
        : entity.comparisons.map(({ field, test, other }) => ({ field, test, other })),
    frozen: entity.frozen,
  };
  return `import { defineResource } from "../resource/definition.js";

/** ${title(entity)}: lines ${lineRanges(entity)} of the specification. */
export default defineResource(${renderValue(resource)});
`;
}

function title(entity: EntityModel): string {
  const words = entity.plural.replaceAll("_", " ");
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

function lineRanges(entity: EntityModel): string {
  const lines = [...entity.spans, ...entity.fields.flatMap((field) => (field.span === undefined ? [] : [field.span]))];
  const first = Math.min(...lines.map((span) => span.startLine));
  const last = Math.max(...lines.map((span) => span.endLine));
  return first === last ? `${first}` : `${first} to ${last}`;
}

function fieldDefinition(model: ServiceModel, field: FieldModel) {
  return {
    type: field.type,
    required: field.required && !field.readOnly ? true : undefined,
    readOnly: field.readOnly || undefined,
    writeOnce: field.writeOnce || undefined,
    default: field.default,
    automatic: field.automatic,
    values: field.values,
    min: field.min,
    max: field.max,
    above: field.above,
    below: field.below,
    minLength: field.minLength,
    maxLength: field.maxLength,
    pattern: field.pattern === undefined ? undefined : new Code(patternSource(field.pattern)),
    when: field.when,
    references: entityNamed(model, field.reference?.entity)?.plural,
  };
}

function patternSource(pattern: string): string {
  const anchored = `${pattern.startsWith("^") ? "" : "^(?:"}${pattern}${pattern.startsWith("^") ? "" : ")$"}`;
  return new RegExp(anchored, "u").toString();
}

function routeDefinition(model: ServiceModel, endpoint: EndpointModel) {
  const parent = endpoint.parent;
  const resource = entityNamed(model, parent?.entity)?.plural;
  return {
    method: endpoint.method,
    path: endpoint.path,
    action: endpoint.action,
    param: endpoint.param,
    parent:
      parent === undefined || resource === undefined
        ? undefined
        : { resource, field: parent.field, param: parent.param },
    to: endpoint.to,
    public: endpoint.public && model.auth !== null ? true : undefined,
  };
}

function statesDefinition(entity: EntityModel) {
  const { states } = entity;
  if (states === undefined) return undefined;
  return { field: states.field, initialOnly: states.initialOnly, allowed: states.allowed, stamps: states.stamps };
}

const deleteWords = { restrict: "RESTRICT", cascade: "CASCADE", "set-null": "SET NULL" };

function renderSchema(model: ServiceModel, entity: EntityModel): string {
  const columns = entity.fields.map((field) => renderColumn(model, entity, field));
  const together = entity.uniques.map((unique) => `UNIQUE (${unique.fields.map((name) => `"${name}"`).join(", ")})`);
  const indexes = entity.fields
    .filter((field) => field.reference !== undefined)
    .map(
      (field) => `CREATE INDEX IF NOT EXISTS "${entity.plural}_${field.name}" ON "${entity.plural}" ("${field.name}");`,
    );
  const table = `CREATE TABLE IF NOT EXISTS "${entity.plural}" (\n${[...columns, ...together].map((line) => `  ${line}`).join(",\n")}\n) STRICT;`;
  return [table, ...indexes].join("\n");
}

function renderColumn(model: ServiceModel, entity: EntityModel, field: FieldModel): string {
  const target = entityNamed(model, field.reference?.entity);
  const parts = [`"${field.name}"`, columnType(field)];
  if (field.name === entity.key) parts.push(field.type === "integer" ? "PRIMARY KEY AUTOINCREMENT" : "PRIMARY KEY");
  if (field.required && !(field.name === entity.key && field.type === "integer")) parts.push("NOT NULL");
  if (field.unique) parts.push("UNIQUE");
  if (target !== undefined && field.reference !== undefined) {
    parts.push(`REFERENCES "${target.plural}" ("${target.key}") ON DELETE ${deleteWords[field.reference.onDelete]}`);
  }
  return parts.join(" ");
}

function columnType(field: FieldModel): string {
  if (field.type === "integer" || field.type === "boolean") return "INTEGER";
  return field.type === "number" ? "REAL" : "TEXT";
}

function indentLines(text: string, count: number): string {
  return text
    .split("\n")
    .map((line) => `${" ".repeat(count)}${line}`)
    .join("\n");
}
