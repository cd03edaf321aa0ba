import type { EntityModel, FieldModel } from "../service-model.ts";
import { parseFieldLimits } from "../spec/_field-limits.ts";
import { parseFirstType } from "../spec/_field-type.ts";
import { mentionedEntities, type SentenceRule, scopeOf } from "../spec/draft.ts";
import { offerActions } from "../spec/read-endpoints.ts";
import { mentionsField } from "./list-rules.ts";

/** Words that make a sentence more than its nouns and verbs say. */
const conditions =
  /\b(?:only|before|after|within|without|first|last|at least|more|fewer|number of|includ\w+|how|each time|every time|two|three|four|five|ten|twice|same|other|default)\b|\b\d+ [a-z]/i;

const verbs: readonly [RegExp, EntityModel["endpoints"][number]["action"][]][] = [
  [
    /\bcreat(?:e|es|ed|ing|ion)\b|\badd(?:s|ed|ing)?\b|\bregister(?:s|ed|ing)?\b|\bbook(?:s|ed|ing)? (?:an?|the)\b|\brecord(?:s|ed|ing)? (?:an?|the)\b/i,
    ["create"],
  ],
  [
    /\bread(?:s|ing)?\b|\bview(?:s|ed|ing)?\b|\bfetch\w*|\bretriev\w+|\bget(?:s|ting)?\b|\bshow(?:s|n|ing)?\b|\blook(?:ed|ing)? up\b|\bsee\b/i,
    ["read", "list"],
  ],
  [/\blist(?:s|ed|ing)?\b|\bbrows\w+/i, ["list"]],
  [
    /\bupdat(?:e|es|ed|ing)\b|\bedit(?:s|ed|ing)?\b|\bchang(?:e|es|ed|ing)\b|\bmodif(?:y|ies|ied|ying)\b|\brenam\w+|\breplac\w+|\bmaintain\w*|\bmanag\w+/i,
    ["update", "replace"],
  ],
  [/\bdelet(?:e|es|ed|ing)\b|\bremov(?:e|es|ed|ing)\b/i, ["remove"]],
];

/** Recognises sentences that ask for creating, reading, updating or deleting records, and checks that an endpoint does it. */
export const crudRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  if (conditions.test(plain)) return undefined;
  const named = mentionedEntities(draft, plain);
  const entities =
    named.length === 0 && /\b(?:every|each|all)(?: \w+)? (?:entit\w+|resources?|records?|objects?)\b/i.test(plain)
      ? draft.entities
      : named;
  const wanted = /\bCRUD\b/.test(plain)
    ? verbs.map(([, actions]) => actions)
    : verbs.filter(([pattern]) => pattern.test(plain)).map(([, actions]) => actions);
  if (wanted.length === 0 || entities.length === 0) return undefined;
  if (
    /\b(?:if|unless|only when|only if|automatically|at most|more than \d|fewer than|too many|overdue|per (?:day|week|month|hour)|own\b)/i.test(
      plain,
    )
  )
    return undefined;
  // Three verbs are a list of what the service offers; one or two may as well describe what the endpoints are for.
  if (wanted.length >= 3 && !/\b(?:not|never|cannot|no longer|nobody)\b/i.test(plain)) {
    for (const entity of entities) offerActions(draft, entity, wanted.flat());
  }
  const offersAll = (entity: EntityModel) =>
    wanted.every((actions) =>
      actions.some((action) => entity.endpoints.some((endpoint) => endpoint.action === action)),
    );
  return entities.every(offersAll) ? entities.map((entity) => `entity:${entity.name}`) : undefined;
};

/** Recognises sentences about one field: its limits, its values, whether it is required. Adds what the field table leaves out. */
export const fieldRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  if (
    !/\b(?:must|shall|should|required|optional|mandatory|at most|at least|between|maximum|minimum|characters|one of|defaults?|needs?|has to|have to|is an?|limited to|may be|positive|negative|never|always|valid)\b/i.test(
      plain,
    )
  )
    return undefined;
  if (
    /\b(?:if|unless|when|while|until|only|sum|count|number of|than (?:the|its|a)|automatically|overlap\w*|per (?:day|week|month)|own)\b/i.test(
      plain,
    )
  )
    return undefined;
  for (const entity of scopeOf(draft, statement)) {
    const fields = entity.fields.filter((field) => mentionsField(plain, field.name));
    const [field] = fields;
    if (field === undefined || fields.length > 3) continue;
    return fields.every((candidate) => agrees(candidate, plain) && confirms(candidate, plain))
      ? [`entity:${entity.name}`]
      : undefined;
  }
  return undefined;
};

/** Whether a sentence states something about the field that the model holds. */
function confirms(field: FieldModel, plain: string): boolean {
  if (Object.keys(parseFieldLimits(plain, field.type)).length > 0) return true;
  if (
    /\b(?:required|mandatory|optional|read-only|not required|may be (?:null|empty|omitted)|must (?:have|be given|be present|be provided))\b/i.test(
      plain,
    )
  )
    return true;
  if (
    field.values?.filter((value) => mentionsField(plain, value)).length === field.values?.length &&
    field.values !== undefined
  )
    return true;
  if (field.default !== undefined && /\bdefaults?\b/i.test(plain)) return mentionsField(plain, String(field.default));
  return (
    /\b(?:must|shall|has to) be an? (?:valid |well-formed )?/i.test(plain) &&
    parseFirstType(plain.replace(/^.*?\b(?:must|shall|has to) be an? /i, "").slice(0, 30)) === field.type
  );
}

function agrees(field: FieldModel, plain: string): boolean {
  const limits = parseFieldLimits(plain, field.type);
  const bounds = ["min", "max", "above", "below", "minLength", "maxLength"] as const;
  for (const bound of bounds) {
    if (limits[bound] !== undefined && field[bound] === undefined) field[bound] = limits[bound];
    else if (limits[bound] !== undefined && field[bound] !== limits[bound]) return false;
  }
  const optional = /\boptional\b|\bnot required\b|\bmay be (?:null|empty|omitted)\b/i.test(plain);
  if (
    !optional &&
    /\b(?:required|mandatory|must (?:have|be given|be present|be provided)|needs? an?)\b/i.test(plain) &&
    !field.readOnly
  )
    field.required = true;
  return true;
}

/** Recognises sentences that say which record belongs to which, and which fields an entity has. */
export const relationRule: SentenceRule = (statement, draft) => {
  const { plain } = statement;
  const named = mentionedEntities(draft, plain);
  if (
    /\b(?:if|unless|when|while|only|at most|at least \d|more than|fewer than|no more|overlap\w*|automatically|up to|maximum|before|after|within|without|first|number of|at least)\b/i.test(
      plain,
    )
  )
    return undefined;
  if (
    /\bbelongs? to\b|\bis (?:part|made) of\b|\bbelonging to\b|\brefers? to\b|\bis (?:for|by|at|of|written by|assigned to) (?:exactly )?(?:an?|one|the)\b/i.test(
      plain,
    ) &&
    named.length > 1
  ) {
    const [child, parent] = named;
    const linked =
      child?.fields.find((field) => field.reference?.entity === parent?.name) ??
      parent?.fields.find((field) => field.reference?.entity === child?.name);
    if (child !== undefined && parent !== undefined && linked !== undefined)
      return [`entity:${child.name}`, `entity:${parent.name}`];
  }
  if (/\b(?:has|have|contains?|consists? of|carr(?:y|ies)|holds?|groups?|includes?)\b/i.test(plain)) {
    const [owner] = named;
    const fields = owner?.fields.filter((field) => mentionsField(plain, field.name)) ?? [];
    const children = named
      .slice(1)
      .filter((other) => owner !== undefined && other.fields.some((field) => field.reference?.entity === owner.name));
    if (owner !== undefined && (fields.length > 0 || children.length > 0))
      return [`entity:${owner.name}`, ...children.map((child) => `entity:${child.name}`)];
  }
  return undefined;
};
