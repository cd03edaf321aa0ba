import type { EntityModel } from "../service-model.ts";
import { singularOf, splitWords } from "../spec/_names.ts";
import { codeWords, mentionedEntities, type SentenceRule, type ServiceDraft, scopeOf } from "../spec/draft.ts";
import { addUnique, findField } from "../spec/resolve-fields.ts";
import { mentionsField } from "./list-rules.ts";

/** Reads what must be unique, alone or together: "the name is unique within a project". */
export const uniqueRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const spoken =
    /\bunique(?:ness)?\b|\bno two\b|\bduplicates?\b|\bat most once\b|\bonly once\b|\balready (?:exists|in use|taken|registered)\b|\bthe same\b/i;
  if (!spoken.test(plain)) return undefined;
  if (/\bcase\b|\bcapital/i.test(plain)) {
    statement.reason ??= "uniqueness that ignores capitals is not built offline";
    return undefined;
  }
  for (const entity of scopeOf(draft, statement)) {
    const within =
      /\b(?:unique|twice|once|the same [\w ]+?)\b[^.]*?\b(?:per|within|inside|for (?:each|every|a|an|the same)|in (?:each|every|a|an|the same|its|one))\s+(?:the |a |an |each |same )*([\w ]+)/i.exec(
        plain,
      )?.[1];
    const scope = within === undefined ? undefined : findField(entity, within);
    const named = entity.fields.filter(
      (field) => field.name !== entity.key && field !== scope && namesField(plain, field.name, field.reference?.entity),
    );
    const plainFields = named.filter((field) => field.reference === undefined);
    const together =
      /\bcombination\b|\btogether\b|\bpair\b|\bboth\b|\band the same\b|\bsame [\w ]+ (?:and|on|at|for) (?:the )?same\b/i.test(
        plain,
      );
    if (scope !== undefined && plainFields[0] !== undefined) {
      addUnique(entity, [scope.name, plainFields[0].name], statement.span);
      plainFields[0].unique = false;
    } else if (together && named.length > 1)
      addUnique(
        entity,
        named.map((field) => field.name),
        statement.span,
      );
    else if (
      scope === undefined &&
      plainFields.length > 0 &&
      /\bunique\b|\bno two\b|\bduplicate|\balready/i.test(plain) &&
      !/\bthe same\b[^.]*\bsame\b/i.test(plain)
    ) {
      for (const field of plainFields)
        if (!entity.uniques.some((unique) => unique.fields.includes(field.name))) field.unique = true;
    } else continue;
    return [`entity:${entity.name}`, "feature:unique"];
  }
  return /\b409\b/.test(plain) && /\bunique|\bduplicate/i.test(plain) ? ["feature:unique"] : undefined;
};

function namesField(text: string, name: string, target: string | undefined): boolean {
  return mentionsField(text, name) || (target !== undefined && splitWords(text).map(singularOf).includes(target));
}

/** Reads what happens to the records that point to a deleted one: removed too, kept, or the deletion is refused. */
export const deleteRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const deletion = /\bdelet(?:e|es|ed|ing|ion)\b|\bremov(?:e|es|ed|ing|al)\b|\bcascad/i;
  if (!deletion.test(plain)) return undefined;
  const named = mentionedEntities(draft, plain);
  const owner =
    named.find((entity) =>
      draft.entities.some((other) => other.fields.some((field) => field.reference?.entity === entity.name)),
    ) ?? named[0];
  const refused =
    /\b(?:cannot|can not|can't|may not|must not|not (?:possible|allowed)|refused|rejected|forbidden|409|conflict|prevented|blocked)\b/i.test(
      plain,
    );
  const kept = /\bset to null\b|\bnulls?\b|\bbecomes? null\b|\bcleared\b|\bunassign|\bdetach|\bemptied\b/i.test(plain);
  const cascade =
    /\bcascad|\balso\b|\btoo\b|\bwith it\b|\bas well\b|\btogether with\b|\b(?:all|its|their|every)\b/i.test(plain);
  if (owner === undefined) return refused ? restrictGeneral(plain) : undefined;
  const targets = referrers(draft.entities, owner).filter(({ entity }) => named.includes(entity));
  const all = targets.length > 0 ? targets : referrers(draft.entities, owner);
  if (all.length === 0 || !(refused || kept || cascade)) return undefined;
  if (refused && /\bwith (?:status|state)|\b(?:status|state) (?:is|of)\b/i.test(plain)) return undefined;
  for (const { reference } of all) reference.onDelete = refused ? "restrict" : kept ? "set-null" : "cascade";
  return [`entity:${owner.name}`, ...all.map(({ entity }) => `entity:${entity.name}`), "feature:references"];
};

function restrictGeneral(plain: string): string[] | undefined {
  return /\breferenced\b|\bin use\b|\bstill (?:used|needed|has|have)\b/i.test(plain)
    ? ["feature:references"]
    : undefined;
}

function referrers(entities: readonly EntityModel[], owner: EntityModel) {
  return entities.flatMap((entity) =>
    entity.fields.flatMap((field) =>
      field.reference?.entity === owner.name ? [{ entity, reference: field.reference }] : [],
    ),
  );
}

function mentionsTwoFields(plain: string, draft: ServiceDraft): boolean {
  let mentioned = 0;
  for (const { fields } of draft.entities) {
    for (const { name } of fields) if (mentionsField(plain, name) && ++mentioned === 2) return true;
  }
  return false;
}

/** Reads rules that compare two fields: "`ends_at` must be after `starts_at`". */
export const comparisonRule: SentenceRule = (statement, draft) => {
  const { plain, raw } = statement;
  if (
    !/\b(?:after|before|later|earlier|least|most|greater|less|more|lower|higher|above|below|exceed|precede)\b/i.test(
      plain,
    )
  )
    return undefined;
  if (/\b(?:when|if|once|as soon as)\b/i.test(plain) || !mentionsTwoFields(plain, draft)) return undefined;
  const match =
    /^(.*?)\b(?:(not|never) )?(?:be |lie |is |are |being )?(?:strictly )?((?:on or |equal to or )?(?:after|later than|before|earlier than|precede)|(?:at least|at most)|(?:greater than or equal to|greater than|more than|less than or equal to|less than|lower than|higher than|above|below|exceed))\b(.*)$/i.exec(
      plain,
    );
  if (match === null) return undefined;
  for (const entity of [...scopeOf(draft, statement), ...draft.entities]) {
    const left = lastField(entity, match[1] ?? "", raw);
    const right = firstField(entity, match[4] ?? "");
    if (left === undefined || right === undefined || left === right) continue;
    const rule = normalise({
      left,
      right,
      negated:
        match[2] !== undefined ||
        /\b(?:not|never)\s*$/i.test(match[1] ?? "") ||
        /\b(?:must|may|can|should|shall) not\b|\bcannot\b/i.test(match[1] ?? ""),
      words: (match[3] ?? "").toLowerCase(),
    });
    const temporal = ["date", "datetime", "time"].includes(
      entity.fields.find((field) => field.name === left)?.type ?? "",
    );
    const test = rule.strict ? (temporal ? "after" : "above") : temporal ? "notBefore" : "atLeast";
    const known = entity.comparisons.some((other) => other.field === rule.field && other.other === rule.other);
    if (!known) entity.comparisons.push({ field: rule.field, other: rule.other, test, span: statement.span });
    return [`entity:${entity.name}`];
  }
  return undefined;
};

function lastField(entity: EntityModel, text: string, raw: string): string | undefined {
  const coded = codeWords(raw);
  const found = entity.fields.filter((field) => mentionsField(text, field.name) && field.name !== entity.key);
  const ordered = found.sort((left, right) => text.lastIndexOf(right.name) - text.lastIndexOf(left.name));
  return (ordered.find((field) => coded.includes(field.name)) ?? ordered[0])?.name;
}

function firstField(entity: EntityModel, text: string): string | undefined {
  const found = entity.fields.filter((field) => mentionsField(text, field.name));
  return found.sort((left, right) => text.indexOf(left.name) - text.indexOf(right.name))[0]?.name;
}

function normalise({ left, right, negated, words }: { left: string; right: string; negated: boolean; words: string }) {
  const up = /after|later|at least|greater|more|above|higher|exceed/.test(words);
  const inclusive = /on or|equal|at least|at most/.test(words);
  const greater = up !== negated;
  const strict = negated ? inclusive : !inclusive;
  return greater ? { field: left, other: right, strict } : { field: right, other: left, strict };
}

/** Reads that all records carry the times of their creation and last change. */
export const timestampRule: SentenceRule = (statement, draft) => {
  const { plain, raw } = statement;
  if (!/\b(?:every|each|all|any)\b/i.test(plain) || !/\bcreated|\bupdated|\btimestamps?\b/i.test(plain))
    return undefined;
  const created =
    codeWords(raw).find((word) => /^created_?(?:at|on)$/i.test(word)) ??
    (/\bcreat/i.test(plain) || /\btimestamps\b/i.test(plain) ? "created_at" : undefined);
  const updated =
    codeWords(raw).find((word) => /^(?:updated|modified)_?(?:at|on)$/i.test(word)) ??
    (/\bupdat|\bmodif|\bchang/i.test(plain) ? (created === "createdAt" ? "updatedAt" : "updated_at") : undefined);
  if (created === undefined && updated === undefined) return undefined;
  const named = mentionedEntities(draft, plain);
  const targets =
    named.length > 0 && !/\b(?:records?|resources?|entit(?:y|ies)|objects?)\b/i.test(plain) ? named : draft.entities;
  for (const entity of targets) {
    addTime(entity, created, "created");
    addTime(entity, updated, "updated");
  }
  return ["feature:timestamps"];
};

function addTime(entity: EntityModel, name: string | undefined, kind: "created" | "updated"): void {
  if (name === undefined || entity.fields.some((field) => field.automatic === kind || field.name === name)) return;
  entity.fields.push({
    name,
    type: "datetime",
    required: true,
    unique: false,
    readOnly: true,
    writeOnce: false,
    automatic: kind,
  });
}
