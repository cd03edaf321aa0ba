import { endpointOf, entityNamed, isCreatable, writableFields } from "../sample/model-facts.ts";
import type { EndpointAction, EndpointModel, EntityModel, FieldModel, ServiceModel } from "../service-model.ts";
import { pascalCase, renderAccess } from "./_source-text.ts";
import { pathTemplate } from "./render-samples.ts";

/** What the renderers of tests share about one entity. */
export interface TestContext {
  model: ServiceModel;
  entity: EntityModel;
  create: EndpointModel;
  /** `createTask` */
  creator: string;
  /** `sampleTask` */
  sampler: string;
  invalid: number;
  /** Samples of other entities that the tests call. */
  imports: Set<string>;
}

/** One `test(...)` of a generated test file; undefined when the entity has nothing of the kind. */
export type TestRenderer = (context: TestContext) => string | undefined;

export function createTestContext(model: ServiceModel, entity: EntityModel): TestContext | undefined {
  const create = endpointOf(entity, "create");
  if (create === undefined || !isCreatable(model, entity)) return undefined;
  const name = pascalCase(entity.name);
  return {
    model,
    entity,
    create,
    creator: `create${name}`,
    sampler: `sample${name}`,
    invalid: model.status.validation,
    imports: new Set(),
  };
}

/** The path of an action with its parameters taken from the variable `record`. */
export function pathFor({ entity }: TestContext, action: EndpointAction, record = "record"): string | undefined {
  const endpoint = endpointOf(entity, action);
  return endpoint === undefined ? undefined : pathTemplate(endpoint, record, entity.key);
}

/** A test whose body has the service started as `service`. */
export function renderTest(title: string, lines: readonly string[]): string {
  return `test(${JSON.stringify(title)}, async (context) => {
  const service = await startService(context);
${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}
});
`;
}

/** A field that a test may change freely: text or number, no reference, no state, no key, in no comparison. */
export function freeField(entity: EntityModel): FieldModel | undefined {
  const fixed = new Set([
    entity.key,
    entity.states?.field,
    ...entity.comparisons.flatMap(({ field, other }) => [field, other]),
  ]);
  const fields = writableFields(entity).filter(
    (field) => !fixed.has(field.name) && !field.writeOnce && field.reference === undefined && field.when === undefined,
  );
  return (
    fields.find((field) => (field.type === "string" || field.type === "text") && field.pattern === undefined) ??
    fields.find((field) => ["integer", "number", "date", "email", "url", "boolean"].includes(field.type)) ??
    fields.find((field) => field.type !== "json" && field.type !== "strings")
  );
}

/** An expression for another valid value of a field: the one a second sample has. */
export function otherValue(context: TestContext, field: FieldModel): string {
  return `(await ${context.sampler}(service))${renderAccess(field.name)}`;
}

/** Makes the creator of another entity known to the file and returns its name; undefined when nobody can create one. */
export function useCreator(context: TestContext, name: string | undefined): string | undefined {
  const target = entityNamed(context.model, name);
  if (target === undefined || !isCreatable(context.model, target)) return undefined;
  if (target !== context.entity) context.imports.add(target.name);
  return `create${pascalCase(target.name)}`;
}

/** The path to the list items in a list answer, as a JavaScript access on `answer.body`. */
export function accessIn(shape: ServiceModel["listShape"], mark: string): string | undefined {
  if (shape === mark) return "";
  if (typeof shape !== "object" || shape === null || Array.isArray(shape)) return undefined;
  for (const [key, inner] of Object.entries(shape)) {
    const found = accessIn(inner, mark);
    if (found !== undefined) return `${renderAccess(key)}${found}`;
  }
  return undefined;
}
