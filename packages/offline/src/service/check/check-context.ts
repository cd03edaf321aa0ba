import type { HttpStep, JsonAssertion } from "@ccb/core";
import { withArticle } from "../render/_source-text.ts";
import { endpointOf, entityNamed, keyField, requiredReferences, sampledFields } from "../sample/model-facts.ts";
import { type SampleValue, sampleField } from "../sample/sample-field.ts";
import type { EndpointModel, EntityModel, ServiceModel, ShapeTemplate } from "../service-model.ts";

/** The credential that the checks start the service with. */
export const checkCredential = "credential-of-the-acceptance-checks";

export type JsonBody = { [key: string]: SampleValue | null };

/** What the checks of one service share. `serial` makes samples differ within a check. */
export interface CheckContext {
  model: ServiceModel;
  serial: number;
}

/** The variable that holds the key of a created record. */
export function keyVariable(entity: EntityModel, suffix = ""): string {
  return `${entity.name}${suffix}_id`;
}

/** The headers of a client that may do everything. */
function clientHeaders(model: ServiceModel): Record<string, string> {
  if (model.auth === null) return {};
  return { [model.auth.header]: model.auth.scheme === "bearer" ? `Bearer ${checkCredential}` : checkCredential };
}

export interface RequestOptions {
  name: string;
  status: number;
  body?: JsonBody;
  json?: JsonAssertion[];
  headers?: Record<string, string>;
  expectHeaders?: Record<string, string>;
  save?: Record<string, string>;
}

export function request(
  model: ServiceModel,
  { method, path }: { method: string; path: string },
  options: RequestOptions,
): HttpStep {
  return {
    name: options.name,
    method: method as HttpStep["method"],
    path,
    headers: options.headers ?? clientHeaders(model),
    ...(options.body === undefined ? {} : { body: options.body as HttpStep["body"] }),
    expect: {
      status: options.status,
      ...(options.expectHeaders === undefined ? {} : { headers: options.expectHeaders }),
      ...(options.json === undefined || options.json.length === 0 ? {} : { json: options.json }),
    },
    ...(options.save === undefined ? {} : { save: options.save }),
  };
}

/** Requests that create the records an entity needs before it can be created itself. Each gets a variable with its key. */
export function createParents(context: CheckContext, entity: EntityModel, suffix = ""): HttpStep[] {
  return requiredReferences(entity).flatMap((field) => {
    const target = entityNamed(context.model, field.reference?.entity);
    return target === undefined ? [] : createRecord(context, target, { suffix });
  });
}

/** A valid body with references to the records in variables. */
export function sampleBody(context: CheckContext, entity: EntityModel, suffix = ""): JsonBody {
  context.serial += 1;
  const references = requiredReferences(entity).map((field) => {
    const target = entityNamed(context.model, field.reference?.entity);
    return [field.name, `{{${target === undefined ? "" : keyVariable(target, suffix)}}}`] as const;
  });
  const values = sampledFields(entity).flatMap((field) => {
    const value = sampleField(entity, field, context.serial);
    return value === undefined ? [] : [[field.name, value] as const];
  });
  return Object.fromEntries([...references, ...values]);
}

/** Requests that create a record with everything it needs. */
export function createRecord(
  context: CheckContext,
  entity: EntityModel,
  { suffix = "", body }: { suffix?: string; body?: JsonBody } = {},
): HttpStep[] {
  const create = endpointOf(entity, "create");
  if (create === undefined) return [];
  const sent = body ?? sampleBody(context, entity, suffix);
  const step = request(
    context.model,
    { method: "POST", path: checkPath(context.model, create, suffix) },
    {
      name: `create ${withArticle(entity.title)}`,
      status: 201,
      body: sent,
      save: { [keyVariable(entity, suffix)]: entity.key },
    },
  );
  return body === undefined ? [...createParents(context, entity, suffix), step] : [step];
}

/** The path of an endpoint with variables for its parameters. */
export function checkPath(model: ServiceModel, endpoint: EndpointModel, suffix = ""): string {
  return endpoint.path.replaceAll(/\{(\w+)\}/g, (_, param: string) => {
    const owner = entityNamed(model, param === endpoint.parent?.param ? endpoint.parent.entity : endpoint.entity);
    return owner === undefined ? param : `{{${keyVariable(owner, suffix)}}}`;
  });
}

/** An id of the right type that no record has. */
export function unknownKey(entity: EntityModel): string {
  return keyField(entity)?.type === "integer" ? "987654321" : "00000000-0000-4000-8000-000000000000";
}

/** The dotted path to a mark in an answer's shape; undefined when the shape has no such part. */
export function pathInShape(shape: ShapeTemplate, mark: string): string | undefined {
  if (shape === mark) return "";
  if (Array.isArray(shape)) {
    const inner = shape[0] === "$fields" && shape[1] !== undefined ? pathInShape(shape[1], mark) : undefined;
    return inner === undefined ? undefined : joinPath("0", inner);
  }
  if (typeof shape !== "object" || shape === null) return undefined;
  for (const [key, inner] of Object.entries(shape)) {
    const found = pathInShape(inner, mark);
    if (found !== undefined) return joinPath(key, found);
  }
  return undefined;
}

export function joinPath(...parts: string[]): string {
  return parts.filter((part) => part !== "").join(".");
}

/** The assertion that an error answer names a field, in the shape the service has for errors. */
export function namesField(model: ServiceModel, field: string): JsonAssertion[] {
  const path = pathInShape(model.errorShape, "$field");
  if (path !== undefined) return [{ path, op: "equals", value: field }];
  for (const mark of ["$fieldMap", "$fieldLists"]) {
    const map = pathInShape(model.errorShape, mark);
    if (map !== undefined) return [{ path: joinPath(map, field), op: "exists" }];
  }
  const message = pathInShape(model.errorShape, "$message");
  return message === undefined ? [] : [{ path: message, op: "includes", value: field }];
}
