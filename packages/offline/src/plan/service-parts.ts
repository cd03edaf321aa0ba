import { type EntityModel, planServiceParts, type ServiceModel, type ServicePart } from "../service/index.ts";

/**
 * True where the specification describes something that the service generator makes: an entity with typed fields or endpoints of its own, or one that
 * another statement speaks of. A list of bold words under a heading may look like an entity and is none.
 */
export function isBuildable(model: ServiceModel): boolean {
  return model.entities.some((entity) => isDescribed(entity) || isMentioned(model, entity));
}

/** One field with a type may be a sentence that happens to hold a word such as "real"; two are not. */
function isDescribed(entity: EntityModel): boolean {
  const typed = entity.fields.filter(
    (field) =>
      field.span && (field.type !== "string" || field.unique || field.maxLength !== undefined || field.reference),
  );
  return typed.length > 1 || entity.endpoints.some((endpoint) => endpoint.span);
}

function isMentioned(model: ServiceModel, entity: EntityModel): boolean {
  return model.statements.some(
    ({ parts, reason, span }) =>
      reason === undefined &&
      parts.includes(`entity:${entity.name}`) &&
      !entity.spans.some((own) => own.start < span.end && span.start < own.end),
  );
}

/**
 * Ids of the parts that a task writes: most of the part's files are the task's, or most of the task's are the part's (a plan made from a piece of the
 * specification may group resources otherwise). One shared file is not enough: any project has a package.json.
 */
export function findTaskParts(model: ServiceModel, task: { files: readonly string[] }): string[] {
  if (!isBuildable(model)) return [];
  const files = new Set(task.files);
  return planServiceParts(model)
    .filter((part) => {
      const shared = part.files.filter((file) => files.has(file)).length;
      return shared > 0 && shared * 2 >= Math.min(part.files.length, files.size);
    })
    .map((part) => part.id);
}

/**
 * The parts in which a requirement is built. `names` are what it asks for ("entity:task", "feature:pagination"): an entity, an endpoint or a
 * transition is where it is made; a feature of lists and records is in every part with entities, any other where it is provided.
 */
export function partsFor(names: readonly string[], parts: readonly ServicePart[]): ServicePart[] {
  const provide = (name: string) => parts.filter((part) => part.provides.includes(name));
  const found = new Set(names.filter((name) => !name.startsWith("feature:")).flatMap(provide));
  for (const name of names.filter((candidate) => candidate.startsWith("feature:"))) {
    const providers = provide(name);
    if (providers.some((part) => found.has(part))) continue;
    const withEntities = providers.filter((part) => part.entities.length > 0);
    for (const part of withEntities.length > 0 ? withEntities : providers) found.add(part);
  }
  const first = parts[0];
  if (found.size === 0 && first) found.add(first);
  return parts.filter((part) => found.has(part));
}
