import { fieldName } from "./_field-table.ts";
import { parseFirstType } from "./_field-type.ts";
import type { ItemBlock } from "./parse-blocks.ts";
import type { FieldText } from "./parse-field.ts";

const constraintWords =
  /\b(?:required|optional|mandatory|unique|nullable|read[- ]?only|defaults?|one of|primary key|generated|references?|foreign key|automatic(?:ally)?)\b/i;

/** Reads a field from a list item such as "title: string, required, 1-200 characters"; undefined when the item is none. */
export function parseFieldItem(item: ItemBlock): FieldText | undefined {
  const text = item.text.replaceAll(/\s+/g, " ").trim();
  const match =
    /^(?:\*\*|__)?`?([A-Za-z_][\w -]{0,40}?)`?(?:\*\*|__)?\s*(?::|—|–|\s-\s)\s*(?:\*\*)?\s*(.+)$/.exec(text) ??
    /^(?:\*\*|__)?`?([A-Za-z_][\w -]{0,40}?)`?(?:\*\*|__)?\s*(\(.+)$/.exec(text);
  if (match === null) return undefined;
  const name = fieldName(match[1] ?? "");
  const facts = match[2] ?? "";
  if (name === undefined || !describesField(facts)) return undefined;
  return { name, type: facts, notes: "", span: item.span };
}

function describesField(facts: string): boolean {
  const opening = facts.slice(0, 60);
  const type = parseFirstType(opening.split(/[.;]/)[0] ?? "");
  if (type === undefined && !constraintWords.test(opening)) return false;
  return (
    !/^(?:GET|POST|PUT|PATCH|DELETE)\b/.test(facts) && !/\b(?:shall|must be able|can be|returns?)\b/i.test(opening)
  );
}
