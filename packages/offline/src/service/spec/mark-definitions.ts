import type { ServiceDraft } from "./draft.ts";
import type { EntityDraft } from "./read-entities.ts";

/** Marks the rows and items that define fields, so that no rule reads them as sentences. A field nothing can fill is taken out again. */
export function markDefinitions(draft: ServiceDraft, entities: readonly EntityDraft[]): void {
  const owners = new Map<number, { entity: string; field: string }>();
  for (const { entity, drafts } of entities) {
    for (const { field } of drafts) {
      if (field.span !== undefined) owners.set(field.span.start, { entity: entity.name, field: field.name });
    }
  }
  for (const statement of draft.sentences) {
    const owner = owners.get(statement.kind === "row" ? statement.span.start : statement.block.span.start);
    if (owner === undefined) continue;
    statement.claimed = true;
    statement.parts.push(`entity:${owner.entity}`);
  }
}

/** Removes fields that no client may write and no rule fills, and says so. */
export function dropUnfilledFields(draft: ServiceDraft): void {
  for (const entity of draft.entities) {
    const stamped = new Set(Object.values(entity.states?.stamps ?? {}).flat());
    const dropped = entity.fields.filter(
      (field) =>
        field.readOnly &&
        field.name !== entity.key &&
        field.automatic === undefined &&
        field.default === undefined &&
        !stamped.has(field.name) &&
        field.name !== entity.states?.field,
    );
    entity.fields = entity.fields.filter((field) => !dropped.includes(field));
    for (const field of dropped) {
      const statement = draft.sentences.find(
        (candidate) =>
          (candidate.kind === "row" ? candidate.span.start : candidate.block.span.start) === field.span?.start,
      );
      if (statement !== undefined) statement.reason = `no rule fills the read-only field "${field.name}"`;
    }
  }
}
