import { countPattern } from "../sample/counted-pattern.ts";
import { endpointOf, entityNamed, isCreatable, requiredReferences, sampledFields } from "../sample/model-facts.ts";
import { comparisonDepth, sampleField } from "../sample/sample-field.ts";
import type { EndpointModel, EntityModel, FieldModel, ServiceModel } from "../service-model.ts";
import { pascalCase, renderAccess, renderKey, renderValue, withArticle } from "./_source-text.ts";

/** `tests/samples/<plural>.js`: valid bodies of an entity and a function that creates a record. Undefined when no client can create one. */
export function renderSamples(model: ServiceModel, entity: EntityModel): string | undefined {
  const create = endpointOf(entity, "create");
  if (create === undefined || !isCreatable(model, entity)) return undefined;
  const name = pascalCase(entity.name);
  const parents = [
    ...new Set(
      requiredReferences(entity)
        .map((field) => entityNamed(model, field.reference?.entity))
        .filter((target) => target !== undefined),
    ),
  ];
  const imports = parents
    .map((parent) => `import { create${pascalCase(parent.name)} } from "./${parent.plural}.js";`)
    .sort();
  const lines = [
    ...requiredReferences(entity).map((field) => referenceLine(model, field)),
    ...sampledFields(entity).map((field) => fieldLine(entity, field)),
  ];
  const text = lines.join("\n");
  const support = ["addDays", "addDaysToTime"].filter((word) => text.includes(`${word}(`));
  const head = [
    `import assert from "node:assert/strict";`,
    ...(support.length > 0 ? [`import { ${support.join(", ")} } from "../support.js";`] : []),
    ...imports,
  ];
  return `${head.join("\n")}

let serial = 0;

/** A valid body; every call gives other values, so that nothing clashes by chance. Missing parents are created. */
export async function sample${name}(service, changes = {}) {
  serial += 1;
  return {
${lines.join("\n")}
    ...changes,
  };
}

/** Creates ${withArticle(entity.title)} and returns it as the service answers it. */
export async function create${name}(service, changes = {}) {
  const body = await sample${name}(service, changes);
  const answer = await service.call("POST", ${pathTemplate(create, "body")}, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}
`.replaceAll(/sample\w+\(service, changes = \{\}\)/g, (found) =>
    parents.length === 0 ? found.replace("service", "_service") : found,
  );
}

/** The path of an endpoint as JavaScript, its parameters taken from a record. */
export function pathTemplate(endpoint: EndpointModel, record: string, key = "id"): string {
  if (!endpoint.path.includes("{")) return JSON.stringify(endpoint.path);
  const text = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, param: string) => {
    const field = param === endpoint.parent?.param ? endpoint.parent.field : key;
    return `\${${record}${renderAccess(field)}}`;
  });
  return `\`${text}\``;
}

function referenceLine(model: ServiceModel, field: FieldModel): string {
  const target = entityNamed(model, field.reference?.entity);
  const access = renderAccess(field.name);
  return `    ${renderKey(field.name)}: changes${access} ?? (await create${pascalCase(target?.name ?? "")}(service))${renderAccess(target?.key ?? "id")},`;
}

function fieldLine(entity: EntityModel, field: FieldModel): string {
  return `    ${renderKey(field.name)}: ${sampleExpression(entity, field)},`;
}

function sampleExpression(entity: EntityModel, field: FieldModel): string {
  const first = sampleField(entity, field, 0);
  const depth = comparisonDepth(entity, field.name);
  if (field.type === "date" && typeof first === "string") return `addDays("${first}", serial)`;
  if (field.type === "datetime" && typeof first === "string") return `addDaysToTime("${first}", serial)`;
  if (field.type === "email") return "`person.${serial}@example.com`";
  if (field.type === "url") return "`https://example.com/${serial}`";
  if (
    typeof first === "string" &&
    field.pattern === undefined &&
    first.endsWith(" 0") &&
    first.length + 3 <= (field.maxLength ?? 1000)
  )
    return `\`${first.slice(0, -1)}\${serial}\``;
  if (
    typeof first === "string" &&
    field.pattern === undefined &&
    /0x+$/.test(first) &&
    first.length === field.minLength
  )
    return `\`${first.replace(/0x+$/, "")}\${serial}\`.padEnd(${field.minLength}, "x")`;
  const counted = field.pattern === undefined || field.type === "enum" ? undefined : countPattern(field.pattern);
  if (counted !== undefined)
    return `\`${counted.before}\${String(serial).padStart(${counted.digits}, "0")}${counted.after}\``;
  const unbounded = field.max === undefined && field.below === undefined;
  if (field.type === "integer" && unbounded && depth === 0 && typeof first === "number")
    return first === 0 ? "serial" : `${first} + serial`;
  const values = [
    ...new Set(
      Array.from({ length: isUnique(entity, field) ? 120 : 6 }, (_, index) =>
        JSON.stringify(sampleField(entity, field, index) ?? null),
      ),
    ),
  ];
  if (values.length === 1) return renderValue(JSON.parse(values[0] ?? "null"), 4);
  const list = values.map((value) => JSON.parse(value) as unknown);
  return `${renderValue(list, 4)}[serial % ${values.length}]`;
}

function isUnique(entity: EntityModel, field: FieldModel): boolean {
  return (
    field.unique || field.name === entity.key || entity.uniques.some((unique) => unique.fields.includes(field.name))
  );
}
