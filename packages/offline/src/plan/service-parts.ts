import { planServiceParts, type ServiceModel, type ServicePart } from "../service/index.ts";

/** True where the specification describes something that the service generator makes. */
export function isBuildable(model: ServiceModel): boolean {
  return model.entities.length > 0;
}

/** Ids of the parts that a task writes: those that share a file with it. No two parts share one. */
export function findTaskParts(model: ServiceModel, task: { files: readonly string[] }): string[] {
  if (!isBuildable(model)) return [];
  const files = new Set(task.files);
  return planServiceParts(model)
    .filter((part) => part.files.some((file) => files.has(file)))
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
