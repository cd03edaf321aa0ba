import type { FieldModel, FieldType, SourceSpan } from "../service-model.ts";
import { parseEnumValues } from "./_enum-values.ts";
import { parseFieldLimits } from "./_field-limits.ts";
import { parseFieldType, parseFirstType } from "./_field-type.ts";
import { splitWords } from "./_names.ts";

/** What the spec says about one field, as text. */
export interface FieldText {
  name: string;
  /** The type column, or everything after the name in a list item. */
  type: string;
  notes: string;
  required?: string | undefined;
  unique?: string | undefined;
  default?: string | undefined;
  values?: string | undefined;
  minimum?: string | undefined;
  maximum?: string | undefined;
  reference?: string | undefined;
  span: SourceSpan;
}

/** A field with what is still to be resolved once all entities are known. */
export interface FieldDraft {
  field: FieldModel;
  /** Words that name the entity a reference points to. */
  target?: string;
  onDelete?: "restrict" | "cascade" | "set-null";
  /** Words of the fields that are unique together with this one. */
  uniqueWithin?: string;
  isKey: boolean;
  /** The text everything was read from. */
  text: string;
}

const yes = /^(?:yes|y|true|✓|✔|✅|x|required|mandatory|always|must|not null|1)\b|^[✓✔✅]/i;
const no = /^(?:no|n|false|-|–|—|✗|✘|❌|optional|nullable|0)?$/i;
const readOnlyPattern =
  /\bread[- ]?only\b|\b(?:set|assigned|generated|managed|filled|computed|maintained|stamped|populated|controlled)\b[^.;]*\b(?:by|on) (?:the )?(?:server|service|system|api|creation|backend|insert|update)\b|\bauto(?:matic(?:ally)?)?[- ]?(?:generated|set|assigned|increment(?:ed)?)?\b|\bserver[- ](?:set|generated|assigned|managed|side)\b|\bsystem[- ](?:set|generated|managed|assigned)\b|\bcannot be set by (?:the )?clients?\b|\bnever accepted from\b/i;
const referencePattern =
  /(?:\breferenc(?:e|es|ing)(?: to)?|\brefers to|\bforeign key(?: to| of| on)?|\bFK(?: to| of| on)?|\brefs?\b|\bbelongs to|\bpoints? (?:to|at)|\blinks? to|→|->|\bid of|\bidentifier of|\bUUID of)\s*[:=(]?\s*(?:(?:the|a|an|its|one|existing|parent|owning)\s+)*`?([A-Za-z_][\w]*(?: [a-z]+)?)/i;

/** Reads one field from what a table row or list item says about it. */
export function parseField(text: FieldText): FieldDraft {
  const all = [text.type, text.notes].filter((part) => part !== "").join("; ");
  const type = chooseType(text, all);
  const field: FieldModel = {
    name: text.name,
    type,
    required: readRequired(text, all),
    unique:
      yes.test(text.unique ?? "") ||
      (/\bunique\b/i.test(all) && !/\b(?:not|non)[- ]?(?:necessarily )?unique\b/i.test(all)),
    readOnly: readOnlyPattern.test(all) || /\bgenerated\b/i.test(text.type),
    writeOnce:
      /\bimmutable\b|\bwrite[- ]once\b|\b(?:cannot|can not|can't|may not|must not|never) (?:be )?(?:changed?|modified|updated|edited)\b|\bnot changeable\b|\bset (?:once|only at creation)\b/i.test(
        all,
      ),
    ...parseFieldLimits(limitText(text, type), type),
    span: text.span,
  };
  Object.assign(field, readValues(text, all, type), readPattern(all, type), readWhen(all, type));
  if (/\bnow\b|\bcurrent (?:date|time|timestamp)\b|\btoday\b/i.test(defaultText(text, all) ?? ""))
    field.automatic = "now";
  else Object.assign(field, readDefault(defaultText(text, all), field));
  if (field.type === "string" && field.required) field.minLength ??= 1;
  if (field.type === "text" && field.required) field.minLength ??= 1;
  return {
    field,
    ...readReference(text, all),
    isKey: /\bprimary key\b|\bPK\b|\b(?:natural|business) key\b/.test(all),
    text: all,
  };
}

function chooseType(text: FieldText, all: string): FieldType {
  const named = parseFirstType(text.type);
  if (named === "string" || named === undefined) {
    const values = text.values ?? "";
    if (parseEnumValues(values).length > 1) return "enum";
    if (/\bone of\b|\benum\b|\ballowed values?\b/i.test(all) && parseEnumValues(all).length > 1) return "enum";
    if (
      /^\W*[\w-]+`?(?:\s*[|/]\s*`?[\w-]+`?)+\W*$/.test(text.type.replace(/\s*[(,;].*$/, "")) &&
      parseEnumValues(text.type).length > 1
    )
      return "enum";
  }
  if (named === "string" || named === undefined) {
    const special = /\b(?:valid |well-formed )?(?:e-?mail(?: address)?|url|uri|uuid)\b/i.exec(text.notes);
    if (special !== null && /\bvalid|\bformat|\bwell-formed|\bmust be (?:an? )/i.test(text.notes))
      return parseFieldType(special[0]) ?? "string";
  }
  if (named === "datetime" && /\bdate\b(?![- ]?time)/i.test(text.type) && !/time|stamp/i.test(text.type)) return "date";
  return named ?? parseFirstType(text.notes) ?? guessType(text.name);
}

function guessType(name: string): FieldType {
  const last = splitWords(name).at(-1) ?? "";
  if (name === "id" || last === "id") return "uuid";
  if (last === "at") return "datetime";
  if (last === "date" || last === "on") return "date";
  if (last === "email") return "email";
  if (last === "url" || last === "website") return "url";
  return "string";
}

function readRequired(text: FieldText, all: string): boolean {
  const cell = (text.required ?? "").replaceAll(/[`*]/g, "").trim();
  if (text.required !== undefined && yes.test(cell)) return true;
  if (text.required !== undefined && no.test(cell)) return false;
  const scope = `${cell}; ${all}`;
  if (/\bnot required\b|\boptional\b|\bnullable\b|\bmay be (?:null|empty|omitted|absent)\b/i.test(scope)) return false;
  return /\brequired\b|\bmandatory\b|\bnot null\b|\bmust be (?:given|present|provided|set)\b/i.test(scope);
}

function limitText(text: FieldText, type: FieldType): string {
  const kind = type === "string" || type === "text" ? " characters" : "";
  const minimum = text.minimum ? `min ${text.minimum}${kind}; ` : "";
  const maximum = text.maximum ? `max ${text.maximum}${kind}; ` : "";
  const words = [text.type, text.notes].join("; ").replaceAll(/`\^[^`]*`|\/\^[^/]*\//g, " ");
  const relevant = words
    .replaceAll(/\bdefaults?\b[^,;.]*/gi, " ")
    .replaceAll(/\d{4}-\d{2}-\d{2}/g, " ")
    .replaceAll(/decimal\([^)]*\)|ISO[- ]?\d+|RFC ?\d+|E\.?164|[A-Z]{2,}-\d+/gi, " ");
  return `${minimum}${maximum}${/^\s*`?(?:var)?(?:char|string|text)\w*\s*[([]/i.test(text.type) && minimum + maximum === "" ? relevant : relevant}`;
}

function readValues(text: FieldText, all: string, type: FieldType): Partial<FieldModel> {
  if (type !== "enum") return {};
  for (const source of [text.values ?? "", text.type, text.notes, all]) {
    const values = parseEnumValues(source);
    if (values.length > 1) return { values };
  }
  return { type: "string" };
}

function readPattern(all: string, type: FieldType): Partial<FieldModel> {
  if (type !== "string" && type !== "text") return {};
  const found =
    /(?:\bpattern|\bregex(?:p| pattern)?|\bregular expression|\bmatch(?:es|ing)?|\bformat)\b[^`/;]*(?:`([^`]+)`|\/(\S+)\/)/i.exec(
      all,
    ) ?? /`(\^[^`]+\$?)`/.exec(all);
  const source = (found?.[1] ?? found?.[2])?.replace(/^\/(.*)\/[a-z]*$/, "$1");
  if (source === undefined || !/[\^$[\\+*{]/.test(source)) return {};
  try {
    new RegExp(source, "u");
    return { pattern: source };
  } catch {
    return {};
  }
}

function readWhen(all: string, type: FieldType): Partial<FieldModel> {
  if (type !== "date" && type !== "datetime") return {};
  const found = /\b(not )?(?:be |lie )?in the (past|future)\b/i.exec(all);
  if (found === null) return {};
  const past = found[2]?.toLowerCase() === "past";
  return { when: found[1] === undefined ? (past ? "past" : "future") : past ? "notPast" : "notFuture" };
}

function defaultText(text: FieldText, all: string): string | undefined {
  const cell = text.default?.trim();
  if (cell !== undefined && cell !== "" && !/^(?:[-–—]|none|null|n\/a|no)$/i.test(cell)) return cell;
  return /\bdefaults?\b\s*(?:to\b|:|=|is\b|value\b|of\b)?\s*(?:to\b|:|=|is\b)?\s*((?:the )?current \w+|`[^`]*`|"[^"]*"|'[^']*'|\[\]|\{\}|[\w.+-]+)/i.exec(
    all,
  )?.[1];
}

function readDefault(source: string | undefined, field: FieldModel): Partial<FieldModel> {
  if (source === undefined) return {};
  const value = source.replaceAll(/^[`"']+|[`"'.;]+$/g, "").trim();
  if (/^(?:null|none|nothing|empty)$/i.test(value)) return field.type === "strings" ? { default: [] } : {};
  if (field.type === "boolean")
    return /^(?:true|false|yes|no)$/i.test(value) ? { default: /^(?:true|yes)$/i.test(value) } : {};
  if (field.type === "integer" || field.type === "number")
    return Number.isNaN(Number(value)) ? {} : { default: Number(value) };
  if (field.type === "strings") return value === "[]" ? { default: [] } : {};
  if (field.type === "json") return value === "{}" ? { default: {} } : value === "[]" ? { default: [] } : {};
  if (field.type === "enum") return field.values?.includes(value) ? { default: value } : {};
  return { default: value };
}

function readReference(text: FieldText, all: string): Pick<FieldDraft, "target" | "onDelete" | "uniqueWithin"> {
  const found = referencePattern.exec(text.reference ? `references ${text.reference}` : all);
  const deletion =
    /\b(?:on delete|when (?:the|its|a) [\w ]+ is deleted|deleted with|deleting the [\w ]+)\b[^;.]*/i.exec(all)?.[0] ??
    "";
  const within =
    /\bunique (?:per|within|in|inside|for|among|across)\s+(?:the |each |a |an |its |one |all |every )*([\w ]+)/i.exec(
      all,
    )?.[1];
  return {
    ...(found?.[1] === undefined ? {} : { target: found[1] }),
    ...(/\bcascad|\b(?:deleted|removed) (?:with|too|together)\b|\balso (?:deleted|removed)\b/i.test(all)
      ? { onDelete: "cascade" as const }
      : {}),
    ...(/\bset[- ]?null\b|\bset to null\b|\bcleared\b|\bbecomes null\b/i.test(deletion)
      ? { onDelete: "set-null" as const }
      : {}),
    ...(/\brestrict/i.test(deletion) ? { onDelete: "restrict" as const } : {}),
    ...(within === undefined ? {} : { uniqueWithin: within }),
  };
}
