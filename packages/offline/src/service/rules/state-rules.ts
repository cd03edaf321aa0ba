import type { EntityModel, FieldModel, SourceSpan, StateModel } from "../service-model.ts";
import { stateField, targetOfVerb } from "../spec/_action-target.ts";
import { nameKey, splitWords } from "../spec/_names.ts";
import { codeWords, mentionedEntities, type SentenceRule, type ServiceDraft, scopeOf } from "../spec/draft.ts";
import type { Statement } from "../spec/read-statements.ts";

const goesPattern =
  /(?:^|,\s*(?:and\s+)?|;\s*|\band\s+)(?:(?:an?|the|each|every)\s+)?[`"']?([\w-]+)[`"']?\s+(?:[\w-]+\s+)?(?:can|may|must|is allowed to)\s+(?:only |then |either )?(?:become|move (?:on )?to|go (?:back )?to|change to|be (?:moved|set|changed) to|transition to)\s+(.+?)(?=(?:,|;|,? and)\s+(?:an?|the|each|every)\s|[.;]|$)/gi;
const arrow = /\s*(?:→|->|=>|⟶|-->|➜)\s*/;

/** Reads who may go where: arrows in sentences and lists, and tables with columns such as From and To. */
export const transitionRule: SentenceRule = (statement, draft) => {
  const pairs = statement.kind === "row" ? rowPairs(statement) : sentencePairs(statement);
  if (pairs.length === 0) return finalStates(statement, draft);
  const found = findStateOwner(
    draft,
    statement,
    pairs.flatMap(([from, to]) => [...from, ...to]),
  );
  if (found === undefined) return undefined;
  const states = ensureStates(found.entity, found.field, statement.span);
  let count = 0;
  for (const [froms, tos] of pairs) {
    for (const from of froms.flatMap((text) => valuesNamed(found.field, text))) {
      for (const to of tos.flatMap((text) => valuesNamed(found.field, text))) {
        count += 1;
        const list = states.allowed[from] ?? [];
        if (!list.includes(to) && from !== to) states.allowed[from] = [...list, to];
      }
    }
  }
  if (statement.kind === "row") rowAction(statement, draft, found);
  return count === 0 ? undefined : [`transitions:${found.entity.name}`];
};

type Pair = [string[], string[]];

function rowPairs(statement: Statement): Pair[] {
  const { header, cells } = statement;
  const column = (pattern: RegExp) => header.findIndex((title) => pattern.test(title.replaceAll(/[`*]/g, "").trim()));
  const from = column(/^(?:from|current|source|state|status|when)(?: (?:state|status))?$/i);
  const to = column(
    /^(?:to|next|target|new|allowed|may (?:become|go to)|goes to|can (?:become|move to|go to)|next states?|allowed (?:next )?(?:states?|targets?|transitions?))(?: (?:state|status)(?:es|s)?)?$/i,
  );
  if (from === -1 || to === -1 || from === to) {
    const arrows = arrowPairs(cells.join(" ; "));
    return arrows.length > 0 ? arrows : sentencePairs(statement);
  }
  return [[splitStates(cells[from] ?? ""), splitStates(cells[to] ?? "")]];
}

function rowAction(
  { header, cells }: Statement,
  draft: ServiceDraft,
  { entity, field }: { entity: EntityModel; field: FieldModel },
): void {
  const to = header.findIndex((title) => /^(?:to|next|target|new)\b/i.test(title.trim()));
  const target = valuesNamed(field, splitStates(cells[to] ?? "")[0] ?? "")[0];
  for (const cell of cells) {
    const verb = /\/([a-z][\w-]*)`?\s*$/i.exec(cell.trim())?.[1];
    if (verb !== undefined && target !== undefined) draft.actionTargets[`${entity.name} ${nameKey(verb)}`] = target;
  }
}

function sentencePairs({ raw }: Statement): Pair[] {
  const arrows = arrowPairs(raw);
  if (arrows.length > 0) return arrows;
  const pairs: Pair[] = [];
  const moves =
    /\bfrom\s+([`"']?[\w-]+[`"']?(?:\s*(?:,|or|and)\s*[`"']?[\w-]+[`"']?)*)\s+(?:only |back )?(?:to|into)\s+((?:[`"']?[\w-]+[`"']?)(?:\s*(?:,|,? or|,? and)\s*(?:(?:back )?to )?(?!from\b)[`"']?[\w-]+[`"']?)*)/gi;
  for (const match of raw.matchAll(moves)) pairs.push([splitStates(match[1] ?? ""), splitStates(match[2] ?? "")]);
  // A "from" that was not read is a transition that would be missing; then nothing of the sentence is taken.
  if (pairs.length > 0) return pairs.length < (raw.match(/\bfrom\b/gi)?.length ?? 0) ? [] : pairs;
  for (const match of raw.matchAll(goesPattern)) pairs.push([splitStates(match[1] ?? ""), splitStates(match[2] ?? "")]);
  return pairs;
}

function arrowPairs(text: string): Pair[] {
  const pairs: Pair[] = [];
  for (const clause of text.split(/;|\.\s|\n|,\s*(?=[`"']?[\w-]+[`"']?\s*(?:→|->|=>|⟶))/)) {
    const steps = clause.split(arrow);
    if (steps.length < 2) continue;
    for (let index = 0; index + 1 < steps.length; index += 1) {
      const from = splitStates(index === 0 ? lastWords(steps[0] ?? "") : (steps[index] ?? ""));
      const to = splitStates(
        index + 2 === steps.length ? firstWords(steps[index + 1] ?? "") : (steps[index + 1] ?? ""),
      );
      if (from.length > 0 && to.length > 0) pairs.push([from, to]);
    }
  }
  return pairs;
}

function lastWords(text: string): string {
  return text.split(/:\s|\bfrom\b|\(/).at(-1) ?? text;
}

function firstWords(text: string): string {
  return text.split(/\s[–—-]\s|\(|:\s|\bonly\b|\bwhen\b|\bby\b|\bvia\b|\bwith\b/)[0] ?? text;
}

function splitStates(text: string): string[] {
  return text
    .split(/\s*(?:,|\/|\||;|<br>)\s*(?:or |and )?|\s+(?:or|and)\s+/i)
    .map((part) =>
      part
        .replaceAll(/[`*"'().{}[\]]/g, "")
        .replace(/^(?:to|an?|the|either)\s+/i, "")
        .trim(),
    )
    .filter((part) => part !== "");
}

function valuesNamed(field: FieldModel, text: string): string[] {
  const values = field.values ?? [];
  if (/^(?:any|all|every|\*|any (?:other )?state|any status)$/i.test(text)) return values;
  const key = splitWords(text).join("");
  const exact = values.filter((value) => splitWords(value).join("") === key);
  if (exact.length > 0) return exact;
  const words = splitWords(text);
  return values
    .filter(
      (value) =>
        splitWords(value).join("") === (words[0] ?? "") ||
        splitWords(value).join("") === words.slice(0, 2).join("") ||
        splitWords(value).join("") === (words.at(-1) ?? ""),
    )
    .slice(0, 1);
}

function findStateOwner(
  draft: ServiceDraft,
  statement: Statement,
  texts: readonly string[],
): { entity: EntityModel; field: FieldModel } | undefined {
  const near = [...scopeOf(draft, statement), ...draft.entities];
  for (const entity of near) {
    const field = stateField(entity) ?? entity.fields.find((candidate) => candidate.type === "enum");
    if (field === undefined) continue;
    const known = texts.filter((text) => valuesNamed(field, text).length > 0);
    if (known.length >= 2 && known.length >= texts.length * 0.6) return { entity, field };
  }
  return undefined;
}

function ensureStates(entity: EntityModel, field: FieldModel, span: SourceSpan): StateModel {
  const initial = typeof field.default === "string" ? field.default : (field.values?.[0] ?? "");
  entity.states ??= { field: field.name, initial, initialOnly: false, allowed: {}, stamps: {}, spans: [] };
  entity.states.spans.push(span);
  return entity.states;
}

function finalStates({ plain }: Statement, draft: ServiceDraft): string[] | undefined {
  if (!/\b(?:final|terminal|end) (?:states?|status(?:es)?)\b|\b(?:is|are) (?:final|terminal)\b/i.test(plain))
    return undefined;
  for (const entity of draft.entities) {
    const field = stateField(entity);
    if (field?.values?.some((value) => plain.includes(value))) return [`transitions:${entity.name}`];
  }
  return undefined;
}

/** Reads the first state: "a new task starts as `todo`". */
export const initialStateRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const match =
    /\b(?:starts?|begins?|(?:is|are) (?:always )?created|initial (?:state|status) is|enters?)\b\s*(?:life )?(?:always )?(?:as|in|with|at)?\s*(?:the )?(?:state |status )?(?:of )?["'`]?([\w-]+(?: \w+)?)/i.exec(
      plain,
    );
  if (match === null) return undefined;
  for (const entity of [...scopeOf(draft, statement), ...draft.entities]) {
    const field = stateField(entity);
    const value = field === undefined ? undefined : valuesNamed(field, match[1] ?? "")[0];
    if (field === undefined || value === undefined) continue;
    field.default ??= value;
    const states = ensureStates(entity, field, statement.span);
    states.initial = value;
    if (/\balways\b|\bmust\b/i.test(plain)) states.initialOnly = true;
    return [`transitions:${entity.name}`];
  }
  return undefined;
};

/** Reads times that are set when a state is entered: "`completed_at` is set when the task becomes done". */
export const stampRule: SentenceRule = (statement, draft) => {
  const { plain, raw } = statement;
  if (!/\b(?:set|sets|recorded|records?|stamp(?:s|ed)?|filled|stores?|stored)\b/i.test(plain)) return undefined;
  if (
    !/\bwhen\b|\bonce\b|\bas soon as\b|\bon (?:the )?(?:transition|change|entering|completion|return)|\b(?:current|present) (?:time|date)\b|\bnow\b|\b(?:also|and) sets?\b/i.test(
      plain,
    )
  )
    return undefined;
  for (const entity of [...mentionedEntities(draft, plain), ...scopeOf(draft, statement), ...draft.entities]) {
    const field = stateField(entity);
    const stamped = entity.fields.filter(
      (candidate) =>
        (candidate.type === "datetime" || candidate.type === "date") &&
        candidate.automatic === undefined &&
        (codeWords(raw).includes(candidate.name) || raw.includes(candidate.name)),
    );
    const value = field === undefined ? undefined : stateInText(plain, field, stamped);
    if (field === undefined || value === undefined || stamped.length === 0) continue;
    const states = ensureStates(entity, field, statement.span);
    for (const target of stamped) {
      states.stamps[value] = [...new Set([...(states.stamps[value] ?? []), target.name])];
      target.readOnly = true;
    }
    return [`transitions:${entity.name}`];
  }
  return undefined;
};

function stateInText(plain: string, field: FieldModel, stamped: readonly FieldModel[]): string | undefined {
  const rest = stamped.reduce((text, target) => text.replaceAll(target.name, " "), plain);
  const values = [...(field.values ?? [])].sort((left, right) => right.length - left.length);
  const named = values.find((value) => new RegExp(`\\b${splitWords(value).join("[ _-]?")}\\b`, "i").test(rest));
  if (named !== undefined) return named;
  const verb =
    /\bwhen (?:an?|the|it|its) ?[\w ]*?(?:is|are|gets?) (?:being )?(\w+?)(?:ed|d)?\b|\/([a-z][\w-]*)\b/i.exec(rest);
  return verb === null ? undefined : targetOfVerb(nameKey(verb[1] ?? verb[2] ?? ""), values);
}

/** Reads which states forbid any change: "a cancelled appointment cannot be edited". */
export const frozenRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  if (
    !/\b(?:cannot|can not|can't|may not|must not|can no longer|may no longer|never) (?:be )?(?:changed?|edited|modified|updated)\b|\b(?:is|are|becomes?) (?:read-only|locked|frozen|immutable)\b/i.test(
      plain,
    )
  )
    return undefined;
  for (const entity of mentionedEntities(draft, plain)) {
    const field = stateField(entity);
    const values =
      field?.values?.filter((value) => new RegExp(`\\b${splitWords(value).join("[ _-]?")}\\b`, "i").test(plain)) ?? [];
    if (field === undefined || values.length === 0) continue;
    entity.frozen = { field: field.name, values: [...new Set([...(entity.frozen?.values ?? []), ...values])] };
    return [`transitions:${entity.name}`];
  }
  return undefined;
};
