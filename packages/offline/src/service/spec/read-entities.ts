import type { EntityModel, FieldModel, SourceSpan } from "../service-model.ts";
import { entityOfHeading, entityOfIntro } from "./_entity-title.ts";
import { parseFieldItem } from "./_field-list.ts";
import { readFieldTable } from "./_field-table.ts";
import { entityName, nameKey, pluralName } from "./_names.ts";
import type { Block, ItemBlock } from "./parse-blocks.ts";
import { type FieldDraft, parseField } from "./parse-field.ts";

/** An entity with the drafts its fields came from. */
export interface EntityDraft {
  entity: EntityModel;
  drafts: FieldDraft[];
}

interface Found {
  title: string;
  drafts: FieldDraft[];
  span: SourceSpan;
}

/** Finds the entities of a spec in its field tables and field lists. An entity described twice is merged. */
export function readEntities(blocks: readonly Block[]): EntityDraft[] {
  const found: Found[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.kind === "table") found.push(...readTableEntities(blocks, index));
    if (block.kind === "item" && startsList(blocks, index)) found.push(...readListEntities(blocks, index));
  }
  return mergeEntities(found);
}

function readTableEntities(blocks: readonly Block[], index: number): Found[] {
  const table = blocks[index];
  if (table?.kind !== "table") return [];
  const rows = readFieldTable(table);
  if (rows === undefined) return [];
  const outer = entityBefore(blocks, index);
  const found: Found[] = [];
  for (const { entity, text, row } of rows) {
    const title = entity ?? outer;
    if (title === undefined) continue;
    const same = found.find((candidate) => nameKey(candidate.title) === nameKey(title));
    if (same === undefined) found.push({ title, drafts: [parseField(text)], span: row.span });
    else same.drafts.push(parseField(text));
  }
  return found;
}

function entityBefore(blocks: readonly Block[], index: number): string | undefined {
  const before = blocks[index - 1];
  if (before?.kind === "paragraph" || before?.kind === "item") {
    const introduced = entityOfIntro(before.text);
    if (introduced !== undefined) return introduced;
  }
  return entityOfPath(blocks[index]?.headingPath ?? []);
}

function entityOfPath(headingPath: readonly string[]): string | undefined {
  for (const heading of headingPath.slice(1).toReversed()) {
    const title = entityOfHeading(heading);
    if (title !== undefined) return title;
    if (
      !/^[\d.\s]*(?:the )?(?:fields|attributes|properties|columns|schema|data|data model|structure|definition)\b/i.test(
        heading,
      )
    )
      return undefined;
  }
  return undefined;
}

function startsList(blocks: readonly Block[], index: number): boolean {
  return blocks[index - 1]?.kind !== "item";
}

function listFrom(blocks: readonly Block[], index: number): ItemBlock[] {
  const items: ItemBlock[] = [];
  for (const block of blocks.slice(index)) {
    if (block.kind !== "item") break;
    items.push(block);
  }
  return items;
}

function readListEntities(blocks: readonly Block[], index: number): Found[] {
  const items = listFrom(blocks, index);
  const outer = items[0]?.indent ?? 0;
  const flat = items.filter((item) => item.indent <= outer);
  if (flat.length < items.length) {
    const nested = readNestedEntities(items, outer);
    if (nested.length > 0) return nested;
  }
  const title = entityBefore(blocks, index);
  const texts = flat.map(parseFieldItem).filter((text) => text !== undefined);
  if (title === undefined || texts.length < 2 || texts.length < flat.length / 2) return [];
  return [{ title, drafts: texts.map(parseField), span: spanOver(flat) }];
}

function readNestedEntities(items: readonly ItemBlock[], outer: number): Found[] {
  const found: Found[] = [];
  for (const [index, item] of items.entries()) {
    if (item.indent > outer) continue;
    const end = items.findIndex((other, position) => position > index && other.indent <= outer);
    const children = items.slice(index + 1, end === -1 ? items.length : end);
    const title =
      entityOfIntro(item.text) ?? entityOfIntro(`${item.text.replace(/[:.]$/, "")}:`) ?? entityOfHeading(item.text);
    const texts = children.map(parseFieldItem).filter((text) => text !== undefined);
    if (title === undefined || texts.length < 2) continue;
    found.push({ title, drafts: texts.map(parseField), span: spanOver([item, ...children]) });
  }
  return found;
}

function spanOver(items: readonly ItemBlock[]): SourceSpan {
  const first = items[0]?.span;
  const last = items.at(-1)?.span;
  return {
    start: first?.start ?? 0,
    end: last?.end ?? 0,
    startLine: first?.startLine ?? 1,
    endLine: last?.endLine ?? 1,
  };
}

function mergeEntities(found: readonly Found[]): EntityDraft[] {
  const merged: EntityDraft[] = [];
  for (const { title, drafts, span } of found) {
    const known = merged.find(({ entity }) => nameKey(entity.name) === nameKey(title));
    const target = known ?? { entity: createEntity(title), drafts: [] };
    if (known === undefined) merged.push(target);
    target.entity.spans.push(span);
    for (const draft of drafts) {
      if (!target.drafts.some((other) => nameKey(other.field.name) === nameKey(draft.field.name)))
        target.drafts.push(draft);
    }
  }
  return merged;
}

function createEntity(title: string): EntityModel {
  const name = entityName(title);
  return {
    name,
    title: name.replaceAll("_", " "),
    plural: pluralName(title),
    key: "id",
    fields: [] as FieldModel[],
    uniques: [],
    endpoints: [],
    filters: {},
    searchable: [],
    sortable: [],
    defaultSort: "",
    comparisons: [],
    spans: [],
  };
}
