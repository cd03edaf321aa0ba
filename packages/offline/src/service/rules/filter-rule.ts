import type { EntityModel, FieldModel, FilterTest } from "../service-model.ts";
import { nameKey, splitWords } from "../spec/_names.ts";
import { codeWords, type SentenceRule, type ServiceDraft, scopeOf } from "../spec/draft.ts";
import type { Statement } from "../spec/read-statements.ts";
import { findField } from "../spec/resolve-fields.ts";

const reserved =
  /^(?:sort|order|page|limit|offset|search|per_?page|page_?size|direction)\w*$|^(?:q|asc|desc|true|false)$/i;

const ends: readonly [RegExp, FilterTest][] = [
  [/^(.+?)_?(?:from|since|gte|min|start|on_or_after)$/i, "atLeast"],
  [/^(.+?)_?(?:to|until|lte|max|end|on_or_before)$/i, "atMost"],
  [/^(.+?)_?(?:after|gt)$/i, "above"],
  [/^(.+?)_?(?:before|lt)$/i, "below"],
  [/^(?:min|from)_?(.+)$/i, "atLeast"],
  [/^(?:max|to)_?(.+)$/i, "atMost"],
  [/^(.+?)_?contains$/i, "contains"],
];

/** Reads which fields lists can be filtered by: named in words, or as query parameters such as `due_before`. */
export const filterRule: SentenceRule = (statement, draft) => {
  const titled = statement.headingPath.some((title) => /\bfilter|\bquer(?:y|ies)\b|\blist/i.test(title));
  const spoken =
    /\bfilter(?:s|ed|ing|able)?\b|\bnarrow(?:ed)?\b|\brestrict(?:ed)? to\b|\blist(?:s|ed)? (?:only|by)\b|\bselect(?:ed)? by\b/i.test(
      statement.plain,
    );
  const query = /[?&]\w+=/.test(statement.raw);
  const isParameter =
    statement.kind === "row" &&
    /^(?:quer(?:y|ies)|param(?:eter)?s?|filters?)/i.test((statement.header[0] ?? "").trim());
  if (!spoken && !query && !isParameter && !(titled && statement.block.kind === "item")) return undefined;
  const named = scopeOf(draft, statement).filter((entity) => entity.fields.length > 0);
  let found = 0;
  for (const entity of chooseEntities(draft, named, statement))
    found += addFilters(entity, statement, spoken || isParameter || statement.block.kind === "item");
  if (spoken && found > 0) refuseUnknown(statement, draft);
  return found > 0 ? ["feature:filter"] : undefined;
};

/** A parameter that belongs to no field makes the sentence a promise that is not kept. */
function refuseUnknown(statement: Statement, draft: ServiceDraft): void {
  const known = new Set(
    draft.entities.flatMap((entity) => [
      ...Object.keys(entity.filters),
      ...entity.fields.flatMap((field) => [field.name, ...(field.values ?? [])]),
    ]),
  );
  const words = codeWords(statement.raw).filter(
    (word) => /^\??[a-z]\w*=?$/i.test(word) && !reserved.test(word.replace(/\W/g, "")),
  );
  const unknown = words
    .map((word) => word.replace(/\W/g, ""))
    .find((word) => !known.has(word) && !draft.entities.some((entity) => nameKey(entity.name) === nameKey(word)));
  if (unknown !== undefined) statement.reason ??= `no field of the spec belongs to the filter "${unknown}"`;
}

function chooseEntities(
  draft: ServiceDraft,
  named: EntityModel[],
  { plain, lead, headingPath }: Statement,
): EntityModel[] {
  const first = named[0];
  if (first === undefined) return draft.entities;
  const subject = new RegExp(
    `\\b(?:list(?:s|ing)? of|list(?:s|ing)?|${first.plural.replaceAll("_", " ")}|${first.title})\\b`,
    "i",
  );
  return subject.test(`${plain} ${lead} ${headingPath.join(" ")}`) ? [first] : named;
}

function addFilters(entity: EntityModel, statement: Statement, bare: boolean): number {
  let found = 0;
  for (const name of parameterNames(statement, bare)) {
    const filter = parameterFilter(entity, name);
    if (filter === undefined) continue;
    entity.filters[name] = filter;
    found += 1;
  }
  const words =
    statement.plain.split(/\bsort(?:ed|ing)?\b|\border(?:ed)? by\b|\bsearch(?:ed|ing)?\b|\bpaginat\w+\b/i)[0] ?? "";
  const after = /\b(?:by|on|filters?(?: for)?|filterable)\b:?\s*(.+)$/i.exec(words)?.[1] ?? "";
  for (const field of entity.fields) {
    if (field.name === entity.key || !namesField(after, field)) continue;
    if (
      entity.filters[field.name] !== undefined ||
      Object.values(entity.filters).some((filter) => filter.field === field.name)
    ) {
      found += 1;
      continue;
    }
    entity.filters[field.name] = { field: field.name, test: field.type === "strings" ? "has" : "equals" };
    found += 1;
  }
  return found;
}

/** Names in query strings, and, where the sentence is about filters, any name in backticks. */
function parameterNames({ raw, kind, cells }: Statement, bare: boolean): string[] {
  const words = codeWords(raw).flatMap((word) =>
    [...word.matchAll(/^[?&]?(\w+)(?:=|$)|[?&](\w+)=/g)].map((match) => match[1] ?? match[2] ?? ""),
  );
  const inline = [...raw.matchAll(/[?&](\w+)=/g)].map((match) => match[1] ?? "");
  const first = kind === "row" ? [(cells[0] ?? "").replaceAll(/[`*]/g, "").split(/[=\s]/)[0] ?? ""] : [];
  return [...new Set([...(bare ? words : []), ...inline, ...first])].filter((name) => name !== "");
}

function parameterFilter(entity: EntityModel, name: string): { field: string; test: FilterTest } | undefined {
  if (reserved.test(name)) return undefined;
  const direct = exactField(entity, name);
  if (direct !== undefined) return { field: direct.name, test: direct.type === "strings" ? "has" : "equals" };
  const snake = splitWords(name).join("_");
  for (const [pattern, test] of ends) {
    const stem = pattern.exec(snake)?.[1];
    const field = stem === undefined || stem === "" ? undefined : findField(entity, stem.replaceAll("_", " "));
    if (field !== undefined && ["date", "datetime", "integer", "number", "time"].includes(field.type))
      return { field: field.name, test };
    if (field !== undefined && test === "contains") return { field: field.name, test };
  }
  return rangeAlone(entity, name);
}

/** `from` and `to` stand for the only date an entity has that is not set automatically. */
function rangeAlone(entity: EntityModel, name: string): { field: string; test: FilterTest } | undefined {
  const dates = entity.fields.filter(
    (field) =>
      (field.type === "date" || field.type === "datetime") &&
      field.automatic !== "created" &&
      field.automatic !== "updated",
  );
  const first = dates[0];
  if (first === undefined) return undefined;
  if (/^(?:from|since|after|start)$/i.test(name))
    return { field: first.name, test: /after/i.test(name) ? "above" : "atLeast" };
  if (/^(?:to|until|before|end)$/i.test(name))
    return { field: first.name, test: /before/i.test(name) ? "below" : "atMost" };
  return undefined;
}

function exactField(entity: EntityModel, name: string): FieldModel | undefined {
  const key = nameKey(name);
  return (
    entity.fields.find((field) => field.name === name) ??
    entity.fields.find((field) => nameKey(field.name) === key) ??
    entity.fields.find((field) => field.reference !== undefined && nameKey(field.reference.entity) === key)
  );
}

function namesField(text: string, field: FieldModel): boolean {
  const words = ` ${splitWords(text).join(" ")} `;
  if (words.includes(` ${splitWords(field.name).join(" ")} `)) return true;
  const stem = splitWords(field.name.replace(/_?(?:id|Id|at|date)$/, "")).join(" ");
  return stem !== "" && field.reference !== undefined && (words.includes(` ${stem} `) || words.includes(` ${stem}s `));
}
