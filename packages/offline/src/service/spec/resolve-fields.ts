import type { EntityModel, FieldModel, SourceSpan } from "../service-model.ts";
import { nameKey, singularOf, splitWords } from "./_names.ts";
import type { EntityDraft } from "./read-entities.ts";

const createdName = /^(?:created|inserted|added)(?:_?(?:at|on|date|time))?$/i;
const updatedName = /^(?:updated|modified|changed|last_?(?:updated|modified|changed))(?:_?(?:at|on|date|time))?$/i;

/** Settles keys, references and automatic fields of all entities. */
export function resolveFields(drafts: readonly EntityDraft[]): void {
  const entities = drafts.map(({ entity }) => entity);
  for (const { entity, drafts: fields } of drafts) {
    entity.fields = fields.map((draft) => draft.field);
    resolveKey(entity, fields);
  }
  for (const { entity, drafts: fields } of drafts) {
    for (const draft of fields) resolveReference(entity, draft, entities);
    for (const draft of fields) resolveScope(entity, draft);
    for (const field of entity.fields) resolveTime(field);
  }
}

function resolveKey(entity: EntityModel, drafts: EntityDraft["drafts"]): void {
  const own = entity.fields.find((field) => field.name.toLowerCase() === "id");
  const marked = drafts.find((draft) => draft.isKey)?.field;
  const prefixed = entity.fields.find((field) => nameKey(field.name) === `${nameKey(entity.name)}id` && field.readOnly);
  const key = marked ?? own ?? prefixed;
  if (key === undefined) {
    entity.fields.unshift({
      name: "id",
      type: "uuid",
      required: true,
      unique: false,
      readOnly: true,
      writeOnce: false,
    });
    return;
  }
  entity.key = key.name;
  key.required = true;
  key.unique = false;
  key.writeOnce = false;
  const natural = marked !== undefined && key.name.toLowerCase() !== "id" && !key.readOnly && key.type === "string";
  key.readOnly = !natural;
  key.writeOnce = natural;
  if (!natural && key.type !== "integer") {
    key.type = "uuid";
    delete key.minLength;
    delete key.maxLength;
  }
  delete key.default;
}

/** Finds an entity by any way of naming it; longer names win. */
function findEntity(entities: readonly EntityModel[], text: string): EntityModel | undefined {
  const key = nameKey(text);
  if (key === "") return undefined;
  const exact = entities.find((entity) => nameKey(entity.name) === key || nameKey(entity.plural) === key);
  if (exact !== undefined) return exact;
  const first = splitWords(text)[0] ?? "";
  return entities.find((entity) => nameKey(entity.name) === singularOf(first));
}

function resolveReference(
  entity: EntityModel,
  draft: EntityDraft["drafts"][number],
  entities: readonly EntityModel[],
): void {
  const { field } = draft;
  if (field.name === entity.key) return;
  const named = draft.target === undefined ? undefined : findEntity(entities, draft.target);
  const stem = /^(.+?)_?(?:id|Id|ID|uuid|ref)$/.exec(field.name)?.[1];
  const byName =
    stem === undefined ? undefined : entities.find((candidate) => nameKey(candidate.name) === nameKey(stem));
  const byType = entities.find((candidate) => nameKey(draft.text.split(/[;,(]/)[0] ?? "") === nameKey(candidate.name));
  const bySelf = stem !== undefined && /^parent/i.test(stem) ? entity : undefined;
  const target = named ?? byName ?? byType ?? bySelf;
  if (target === undefined || field.type === "enum" || field.type === "strings") return;
  const keyType = target.fields.find((candidate) => candidate.name === target.key)?.type ?? "uuid";
  field.type = keyType;
  field.reference = { entity: target.name, onDelete: draft.onDelete ?? "restrict" };
  delete field.minLength;
  delete field.maxLength;
  delete field.pattern;
  delete field.default;
}

function resolveScope(entity: EntityModel, draft: EntityDraft["drafts"][number]): void {
  const { field } = draft;
  if (draft.uniqueWithin === undefined || field.span === undefined) return;
  const scope = findField(entity, draft.uniqueWithin);
  if (scope === undefined || scope === field) return;
  field.unique = false;
  addUnique(entity, [scope.name, field.name], field.span);
}

/** Adds a rule that fields are unique together, once. */
export function addUnique(entity: EntityModel, fields: string[], span: SourceSpan): void {
  const same = entity.uniques.some((unique) => [...unique.fields].sort().join() === [...fields].sort().join());
  if (!same) entity.uniques.push({ fields, span });
}

/** Finds a field by its name or, for a reference, by the entity it points to; `project` finds `project_id`. */
export function findField(entity: EntityModel, text: string): FieldModel | undefined {
  const words = splitWords(text);
  const keys = [words.join(""), words.slice(0, 2).join(""), words[0] ?? ""].filter((key) => key !== "");
  for (const key of keys) {
    const single = nameKey(key);
    const found =
      entity.fields.find((field) => splitWords(field.name).join("") === key) ??
      entity.fields.find((field) => nameKey(field.name) === single) ??
      entity.fields.find((field) => nameKey(field.name) === `${single}id`) ??
      entity.fields.find((field) => field.reference !== undefined && nameKey(field.reference.entity) === single) ??
      entity.fields.find((field) =>
        ["at", "date", "on", "year", "time"].some((end) => nameKey(field.name) === `${single}${end}`),
      );
    if (found !== undefined) return found;
  }
  return undefined;
}

function resolveTime(field: FieldModel): void {
  if (
    field.type !== "datetime" &&
    field.type !== "date" &&
    !createdName.test(field.name) &&
    !updatedName.test(field.name)
  )
    return;
  if (field.automatic === "now" && !field.readOnly && !createdName.test(field.name)) return;
  if (createdName.test(field.name))
    Object.assign(field, { automatic: "created", readOnly: true, type: field.type === "date" ? "date" : "datetime" });
  else if (updatedName.test(field.name))
    Object.assign(field, { automatic: "updated", readOnly: true, type: field.type === "date" ? "date" : "datetime" });
}
