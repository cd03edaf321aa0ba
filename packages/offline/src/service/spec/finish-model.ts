import type { EntityModel, FieldModel } from "../service-model.ts";
import type { ServiceDraft } from "./draft.ts";

/** Settles what depends on everything else: filters, sorting, searching, states and defaults of all entities. */
export function finishModel(draft: ServiceDraft): void {
  for (const entity of draft.entities) {
    orderFields(entity);
    finishLists(draft, entity);
    finishStates(entity);
    finishDeletes(entity);
    entity.comparisons = entity.comparisons.filter(
      ({ field, other }) => hasField(entity, field) && hasField(entity, other),
    );
  }
  finishShapes(draft);
  finishAccess(draft);
  draft.pagination.maxSize = Math.max(draft.pagination.maxSize, draft.pagination.defaultSize);
}

function hasField(entity: EntityModel, name: string): boolean {
  return entity.fields.some((field) => field.name === name);
}

function orderFields(entity: EntityModel): void {
  const rank = (field: FieldModel) =>
    field.name === entity.key ? 0 : field.automatic === "created" ? 2 : field.automatic === "updated" ? 3 : 1;
  entity.fields = [...entity.fields].sort((left, right) => rank(left) - rank(right));
}

function finishLists(draft: ServiceDraft, entity: EntityModel): void {
  for (const field of entity.fields) {
    const natural = field.type === "enum" || field.type === "boolean" || field.reference !== undefined;
    const covered = Object.values(entity.filters).some(
      (filter) => filter.field === field.name && filter.test === "equals",
    );
    if (natural && !covered) entity.filters[field.name] ??= { field: field.name, test: "equals" };
  }
  const texts = entity.fields.filter(
    (field) => (field.type === "string" || field.type === "text") && field.reference === undefined,
  );
  const wanted = [...new Set(draft.searchFields[entity.name] ?? [])];
  entity.searchable = wanted.length > 0 ? wanted : texts.map((field) => field.name);
  entity.sortable = entity.fields
    .filter((field) => field.type !== "strings" && field.type !== "json")
    .map((field) => field.name);
  const created = entity.fields.find((field) => field.automatic === "created");
  entity.defaultSort = draft.defaultSorts[entity.name] ?? created?.name ?? "";
}

function finishStates(entity: EntityModel): void {
  const { states } = entity;
  if (states === undefined) return;
  const field = entity.fields.find((candidate) => candidate.name === states.field);
  if (field === undefined) return;
  if (typeof field.default === "string") states.initial = field.default;
  else field.default = states.initial;
  for (const value of field.values ?? []) states.allowed[value] ??= [];
  const frozen = entity.frozen;
  if (frozen?.values.length === 0) delete entity.frozen;
}

/** A required reference cannot be emptied, so its records go the safe way: the deletion is refused. */
function finishDeletes(entity: EntityModel): void {
  for (const field of entity.fields) {
    if (field.reference?.onDelete === "set-null" && field.required) field.reference.onDelete = "restrict";
  }
}

function finishShapes(draft: ServiceDraft): void {
  const { pagination } = draft;
  if (JSON.stringify(draft.listShape) !== "null") return;
  const page =
    pagination.style === "offset"
      ? { [pagination.sizeParam]: "$size", [pagination.positionParam]: "$offset" }
      : { [pagination.positionParam]: "$page", [pagination.sizeParam]: "$size" };
  draft.listShape = pagination.style === "none" ? "$items" : { items: "$items", total: "$total", ...page };
}

function finishAccess(draft: ServiceDraft): void {
  for (const entity of draft.entities) {
    for (const endpoint of entity.endpoints) {
      if (draft.auth === null || (draft.auth.publicReads && endpoint.method === "GET")) endpoint.public = true;
      if (draft.publicPaths.some((path) => matchesPath(path, endpoint.method, endpoint.path))) endpoint.public = true;
    }
  }
}

function matchesPath(wanted: string, method: string, path: string): boolean {
  const match = /^(?:([A-Z]+) )?(\/\S*)$/.exec(wanted);
  if (match === null) return false;
  const same = (match[2] ?? "").replaceAll(/\{\w+\}|:\w+/g, "{}") === path.replaceAll(/\{\w+\}/g, "{}");
  return same && (match[1] === undefined || match[1] === method);
}
