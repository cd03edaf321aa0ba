import { splitWords } from "../spec/_names.ts";
import { codeWords, mentionedEntities, type SentenceRule, type ServiceDraft, scopeOf } from "../spec/draft.ts";
import type { Statement } from "../spec/read-statements.ts";
import { findField } from "../spec/resolve-fields.ts";

const sizeNames = /^(?:page_?size|per_?page|limit|size|page\[size\]|count|pageSize|perPage)$/i;
const offsetNames = /^(?:offset|skip|start)$/i;
const pageNames = /^(?:page|page_?number|p|pageNumber)$/i;
const orderNames = /^(?:order|direction|dir|sort_?(?:order|dir|direction)|sortOrder|sortDirection)$/i;
const sortNames = /^(?:sort|sort_?by|order_?by|ordering|sortBy|orderBy)$/i;

function parametersOf({ raw, cells, kind }: Statement): string[] {
  const words = codeWords(raw).flatMap((word) =>
    [word, ...word.replace(/^\?/, "").split(/[&?]/)].map((part) => (part.split("=")[0] ?? "").trim()),
  );
  return kind === "row" ? [...words, (cells[0] ?? "").replaceAll(/[`*]/g, "")] : words;
}

/** Reads the style, parameters, default and maximum of pages. */
export const paginationRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const names = parametersOf(statement);
  const size = names.find((name) => sizeNames.test(name));
  const position = names.find((name) => offsetNames.test(name) || pageNames.test(name));
  const underPages =
    /\bpag(?:e|es|ing|inat\w*)\b/i.test(plain) ||
    statement.headingPath.some((title) => /\bpag(?:ing|inat\w*)\b/i.test(title));
  if (
    !underPages &&
    !continuesPages(statement, draft) &&
    !(size !== undefined && (position !== undefined || /\bmax|\bdefault|\bat most|\d/i.test(plain)))
  )
    return undefined;
  if (/\bcursor|\bkeyset\b|\bnext_token\b|\binfinite\b/i.test(plain)) return undefined;
  const { pagination } = draft;
  if (/\b(?:without|no) (?:pages|paging|pagination)\b|\b(?:not|never|un) ?(?:paginated|paged)\b/i.test(plain)) {
    pagination.style = "none";
    return ["feature:list"];
  }
  if (size !== undefined) pagination.sizeParam = size;
  if (position !== undefined) {
    pagination.positionParam = position;
    pagination.style = offsetNames.test(position) ? "offset" : "page";
  } else if (/\boffset\b/i.test(plain) && size !== undefined)
    Object.assign(pagination, { style: "offset", positionParam: "offset" });
  readSizes(statement, draft, size !== undefined || position === undefined);
  if (/\b(?:capped|clamped|reduced|truncated|treated as|limited to the maximum|cut to)\b/i.test(plain))
    pagination.overflow = "cap";
  if (/\b(?:rejected|refused|invalid|error|4\d\d)\b/i.test(plain)) pagination.overflow = "reject";
  return ["feature:pagination"];
};

/** A later sentence of a paragraph about pages that tells a figure. */
function continuesPages(statement: Statement, draft: ServiceDraft): boolean {
  if (!/\d/.test(statement.plain) || !/\b(?:default|max(?:imum)?|more than|larger|limit|over)\b/i.test(statement.plain))
    return false;
  return draft.sentences.some((other) => other.block === statement.block && other.parts.includes("feature:pagination"));
}

function readSizes({ plain }: Statement, draft: ServiceDraft, aboutSize: boolean): void {
  if (!aboutSize) return;
  const byDefault =
    /\bdefaults?\b(?:\s*(?:to|:|is|of|=|page size|value|size|limit)){0,3}\s*(\d+)/i.exec(plain) ??
    /(\d+)\s*(?:\w+\s+){0,2}(?:per page|a page|by default)/i.exec(plain) ??
    /\bdefault(?:s|ing)?\b\D{0,24}(\d+)/i.exec(plain);
  const most =
    /\b(?:max(?:imum)?|at most|up to|no more than|not more than|cannot exceed|not exceed|limit(?:ed)? (?:to|of)|upper (?:limit|bound)|≤|<=)\D{0,24}?(\d+)/i.exec(
      plain,
    ) ?? /\b1\s*(?:-|–|—|to|and|\.\.)\s*(\d+)/.exec(plain);
  if (byDefault !== null) draft.pagination.defaultSize = Number(byDefault[1]);
  if (most !== null && most.index !== byDefault?.index) draft.pagination.maxSize = Number(most[1]);
}

function hasSortParameter(draft: ServiceDraft): boolean {
  return draft.sentences.some((other) => parametersOf(other).some((name) => sortNames.test(name)));
}

/** Reads the sort parameter, the default order and the fields that can be sorted by. */
export const sortRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const names = parametersOf(statement);
  const sort =
    names.find((name) => sortNames.test(name)) ??
    (names.some((name) => orderNames.test(name)) && !hasSortParameter(draft)
      ? names.find((name) => /^order$/i.test(name) && !/\basc\b/i.test(plain))
      : undefined);
  const order = names.find((name) => orderNames.test(name));
  if (
    !/\bsort(?:ed|ing|s|able)?\b|\border(?:ed|ing)? by\b|\b(?:newest|latest|oldest|most recent) first\b|\bin (?:ascending|descending|alphabetical) order\b/i.test(
      plain,
    ) &&
    sort === undefined &&
    !(order !== undefined && /\bdesc/i.test(plain))
  )
    return undefined;
  if (ownOrder(plain, draft)) statement.reason ??= "an order of its own for the values of a field is not built offline";
  if (sort !== undefined) draft.sort.param = sort;
  if (order !== undefined && order !== sort && /\basc|\bdesc/i.test(plain)) draft.sort.orderParam = order;
  for (const entity of scopedOrAll(draft, statement)) {
    const wanted = defaultOrder(plain, (text) => findField(entity, text)?.name);
    if (wanted !== undefined) draft.defaultSorts[entity.name] = wanted;
    const fields = entity.fields
      .filter((field) => codeWords(statement.raw).some((word) => word.replace(/^[-+]/, "") === field.name))
      .map((field) => field.name);
    draft.sortFields[entity.name] = [...(draft.sortFields[entity.name] ?? []), ...fields];
  }
  return ["feature:sort"];
};

function ownOrder(plain: string, draft: ServiceDraft): boolean {
  const before = /\b([\w-]+) (?:\w+ )?first\b/i.exec(plain)?.[1]?.toLowerCase() ?? "";
  return draft.entities.some((entity) => entity.fields.some((field) => field.values?.includes(before)));
}

function defaultOrder(plain: string, fieldNamed: (text: string) => string | undefined): string | undefined {
  const created = fieldNamed("created_at") ?? fieldNamed("created");
  if (/\b(?:newest|latest|most recent(?:ly created)?) (?:\w+ ){0,3}first\b/i.test(plain))
    return created === undefined ? undefined : `-${created}`;
  if (/\boldest (?:\w+ ){0,3}first\b/i.test(plain)) return created;
  const match =
    /\bdefaults? (?:sort(?:ing)? |order(?:ing)? )?(?:to|is|by|:|=)*\s*(?:by )?(-?)([\w ]+)/i.exec(plain) ??
    /\b(?:by default|default(?:s to)?)\b[^.]*?\b(?:sorted |ordered )?by (-?)([\w ]+)/i.exec(plain) ??
    /\b(?:sorted|ordered) by (-?)([\w ]+?)(?: in)?(?: ascending| descending)?(?: order)?,? (?:by default|unless)\b/i.exec(
      plain,
    );
  if (match === null) return undefined;
  const field = fieldNamed(match[2] ?? "");
  const descending =
    match[1] === "-" || /\bdescending|\bdesc\b|\bnewest|\blatest/i.test(plain.slice(match.index, match.index + 80));
  return field === undefined ? undefined : `${descending ? "-" : ""}${field}`;
}

/** Reads the search parameter and the fields that are looked through. */
export const searchRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const names = parametersOf(statement);
  const param = names.find((name) => /^(?:q|query|search|term|keyword|text)$/i.test(name));
  if (
    !/\bsearch(?:es|ed|ing|able)?\b|\bfree[- ]text\b|\bcontains? the (?:text|term)\b/i.test(plain) &&
    !(param !== undefined && /\btext|\bcontain|\bmatch|\bsubstring/i.test(plain))
  )
    return undefined;
  if (
    /\bfuzzy\b|\brelevance\b|\brank(?:ed|ing)?\b|\bfull[- ]text index|\belastic|\btypo|\bsynonym|\bstemm/i.test(plain)
  )
    return undefined;
  if (param !== undefined) draft.searchParam = param;
  for (const entity of scopedOrAll(draft, statement)) {
    const fields = entity.fields.filter(
      (field) =>
        (field.type === "string" || field.type === "text" || field.type === "email") &&
        mentionsField(plain, field.name),
    );
    draft.searchFields[entity.name] = [
      ...(draft.searchFields[entity.name] ?? []),
      ...fields.map((field) => field.name),
    ];
  }
  return ["feature:search"];
};

/** Whether the words of a field name stand together in a text. */
export function mentionsField(text: string, name: string): boolean {
  const words = splitWords(name);
  const spoken = splitWords(text);
  const last = words.length - 1;
  return spoken.some((_, start) =>
    words.every(
      (word, index) =>
        spoken[start + index] === word || (index === last && word === "no" && spoken[start + index] === "number"),
    ),
  );
}

/** The entities a list rule is about; all when none is named. */
function scopedOrAll(draft: ServiceDraft, statement: Statement) {
  const named = scopeOf(draft, statement);
  const own = mentionedEntities(draft, statement.plain);
  return named.length > 0 && (own.length === 0 || own.length === named.length) ? named : draft.entities;
}
