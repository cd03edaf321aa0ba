import type { EndpointAction, EndpointModel, EntityModel, FieldModel, ServiceModel } from "../service-model.ts";

/** The endpoint that does something; one without a parent first. */
export function endpointOf(entity: EntityModel, action: EndpointAction): EndpointModel | undefined {
  const found = entity.endpoints.filter((endpoint) => endpoint.action === action);
  return found.find((endpoint) => endpoint.parent === undefined) ?? found[0];
}

export function entityNamed(model: ServiceModel, name: string | undefined): EntityModel | undefined {
  return model.entities.find((entity) => entity.name === name);
}

export function keyField(entity: EntityModel): FieldModel | undefined {
  return entity.fields.find((field) => field.name === entity.key);
}

/** Fields a client may send at creation. */
export function writableFields(entity: EntityModel): FieldModel[] {
  return entity.fields.filter((field) => !field.readOnly);
}

/** Fields a client may change later. */
export function changeableFields(entity: EntityModel): FieldModel[] {
  return writableFields(entity).filter((field) => !field.writeOnce);
}

/** The fields of a sample body, references apart: everything but states and what the service fills in. */
export function sampledFields(entity: EntityModel): FieldModel[] {
  return writableFields(entity).filter(
    (field) =>
      field.reference === undefined &&
      field.name !== entity.states?.field &&
      (field.automatic === undefined || field.required),
  );
}

export function requiredReferences(entity: EntityModel): FieldModel[] {
  return writableFields(entity).filter((field) => field.reference !== undefined && field.required);
}

/** Whether a client can create a record: there is an endpoint, and the records it needs can be created too. */
export function isCreatable(model: ServiceModel, entity: EntityModel, seen: readonly string[] = []): boolean {
  if (endpointOf(entity, "create") === undefined || seen.includes(entity.name)) return false;
  return requiredReferences(entity).every((field) => {
    const target = entityNamed(model, field.reference?.entity);
    return target !== undefined && isCreatable(model, target, [...seen, entity.name]);
  });
}

/** Fields that make two records clash when they are equal. */
export function uniqueSets(entity: EntityModel): string[][] {
  const single = entity.fields
    .filter((field) => field.unique || (field.name === entity.key && !field.readOnly))
    .map((field) => [field.name]);
  return [...single, ...entity.uniques.map((unique) => unique.fields)];
}

/** The shortest way of states from the first one to another; undefined when there is none. */
export function pathToState(entity: EntityModel, target: string): string[] | undefined {
  const { states } = entity;
  if (states === undefined) return undefined;
  const queue: string[][] = [[states.initial]];
  const seen = new Set([states.initial]);
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const last = path.at(-1) ?? "";
    if (last === target) return path;
    for (const next of states.allowed[last] ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return undefined;
}
