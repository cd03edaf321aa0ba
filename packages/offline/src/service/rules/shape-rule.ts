import type { ShapeTemplate } from "../service-model.ts";
import type { ServiceDraft } from "../spec/draft.ts";
import type { Block } from "../spec/parse-blocks.ts";

/** Reads the shapes of error and list answers from JSON in code blocks and in backticks. */
export function readShapes(draft: ServiceDraft): void {
  for (const statement of draft.sentences) {
    const values = codeJson(statement.raw)
      .map(parseLooseJson)
      .filter((value) => value !== undefined);
    if (values.some((value) => errorTemplate(value) === undefined && listTemplate(value) !== undefined))
      statement.parts.push("feature:list");
    if (values.some((value) => errorTemplate(value) !== undefined)) statement.parts.push("feature:validation");
  }
  for (const text of draft.blocks.flatMap(jsonTexts)) {
    const value = parseLooseJson(text);
    if (value === undefined) continue;
    const error = errorTemplate(value);
    const list = error === undefined ? listTemplate(value) : undefined;
    if (error !== undefined && richness(error) >= richness(draft.errorShape)) draft.errorShape = error;
    if (list !== undefined) draft.listShape = list;
  }
}

function richness(shape: ShapeTemplate): number {
  const text = JSON.stringify(shape);
  if (text === JSON.stringify(defaultErrorShape)) return 0;
  return /\$fields|\$fieldMap/.test(text) ? 2 : 1;
}

/** `{ error: { code, message, fields: [{ field, message }] } }` */
export const defaultErrorShape: ShapeTemplate = {
  error: { code: "$code", message: "$message", fields: ["$fields", { field: "$field", message: "$problem" }] },
};

function jsonTexts(block: Block): string[] {
  if (block.kind === "code") return /^(?:json\w*|http|)$/.test(block.language) ? jsonIn(block.text) : [];
  if (block.kind === "table") return block.rows.flatMap((row) => row.cells.flatMap(codeJson));
  return codeJson(block.text);
}

function codeJson(text: string): string[] {
  return [...text.matchAll(/`(\{[^`]*\}|\[[^`]*\])`/g)].map((match) => match[1] ?? "");
}

function jsonIn(text: string): string[] {
  const start = text.search(/^\s*[{[]/m);
  return start === -1 ? [] : [text.slice(start).trim()];
}

/** Parses JSON as people write it in specs: `...`, bare words, comments and trailing commas are allowed. */
function parseLooseJson(text: string): ShapeTemplate | undefined {
  const strings: string[] = [];
  const kept = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (found) => `␟${strings.push(found) - 1}␟`);
  const strict = kept
    .replaceAll(/\/\/[^\n]*/g, "")
    .replaceAll(/\.\.\.|…/g, "")
    .replaceAll(/([{,]\s*)([A-Za-z_]\w*)\s*:/g, '$1"$2":')
    .replaceAll(/:\s*(?=[,}])/g, ": null")
    .replaceAll(/([[:,]\s*)([A-Za-z_][\w |<>-]*?)(?=\s*[,\]}])/g, (_, lead: string, word: string) =>
      /^(?:true|false|null)$/.test(word) ? `${lead}${word}` : `${lead}"${word}"`,
    )
    .replaceAll(/([{[,])\s*,/g, "$1")
    .replaceAll(/,\s*(?=[}\]])/g, "")
    .replaceAll(/([{,]\s*)([A-Za-z_]\w*)\s*(?=[,}])/g, '$1"$2": null')
    .replaceAll(/␟(\d+)␟/g, (_, index: string) => strings[Number(index)] ?? '""');
  try {
    return JSON.parse(strict) as ShapeTemplate;
  } catch {
    return undefined;
  }
}

type Shape = { [key: string]: ShapeTemplate };

function isShape(value: ShapeTemplate | undefined): value is Shape {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function errorTemplate(value: ShapeTemplate): ShapeTemplate | undefined {
  if (!isShape(value)) return undefined;
  const keys = Object.keys(value);
  const looksLike =
    keys.some((key) => /^(?:error|errors|detail|problem)$/i.test(key)) ||
    (keys.includes("message") && keys.includes("code")) ||
    (keys.includes("title") && keys.includes("status") && keys.includes("type"));
  return looksLike ? fillError(value) : undefined;
}

function fillError(value: Shape): Shape {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, errorPart(key, inner, Object.keys(value))]),
  );
}

function errorPart(key: string, value: ShapeTemplate, siblings: readonly string[]): ShapeTemplate {
  if (Array.isArray(value)) {
    const first = value[0];
    if (isShape(first)) return ["$fields", fieldTemplate(first)];
    return typeof first === "string"
      ? ["$fields", "$fieldText"]
      : ["$fields", { field: "$field", message: "$problem" }];
  }
  if (isShape(value)) {
    if (
      /^(?:fields|errors|details|fieldErrors|field_errors|invalid)$/i.test(key) &&
      Object.values(value).every((inner) => typeof inner === "string" || Array.isArray(inner) || inner === null)
    ) {
      return Object.values(value).some(Array.isArray) ? "$fieldLists" : "$fieldMap";
    }
    return fillError(value);
  }
  if (/^(?:status|statusCode|status_code)$/i.test(key)) return "$status";
  if (/^(?:message|detail|description|title|reason)$/i.test(key)) return "$message";
  if (/^code$|^type$|^name$/i.test(key)) return "$code";
  if (/^error$/i.test(key))
    return siblings.some((sibling) => /^(?:message|detail|description)$/i.test(sibling))
      ? "$code"
      : typeof value === "string" && / /.test(value)
        ? "$message"
        : siblings.includes("code")
          ? "$message"
          : "$code";
  return value;
}

function fieldTemplate(value: Shape): Shape {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (/^(?:field|path|name|param|parameter|property|pointer|attribute|key|loc)$/i.test(key)) return [key, "$field"];
      if (/^(?:code|rule|type)$/i.test(key)) return [key, "$code"];
      return [key, typeof inner === "string" || inner === null ? "$problem" : inner];
    }),
  );
}

function listTemplate(value: ShapeTemplate): ShapeTemplate | undefined {
  if (Array.isArray(value)) return undefined;
  if (!isShape(value)) return undefined;
  const list = Object.entries(value).find(([, inner]) => Array.isArray(inner));
  const flat = JSON.stringify(value);
  if (
    list === undefined ||
    !/"(?:total|count|total_count|totalCount|page|limit|offset|pagination|meta|per_page)"/i.test(flat)
  )
    return undefined;
  return fillList(value, list[0]);
}

function fillList(value: Shape, itemsKey: string): Shape {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === itemsKey) return [key, "$items"];
      return [key, isShape(inner) ? fillList(inner, itemsKey) : listPart(key, inner)];
    }),
  );
}

function listPart(key: string, value: ShapeTemplate): ShapeTemplate {
  if (/^(?:total|total_?count|total_?items|count|total_?results)$/i.test(key)) return "$total";
  if (/^(?:total_?pages|pages|page_?count|last_?page)$/i.test(key)) return "$pages";
  if (/^(?:page|page_?number|current_?page)$/i.test(key)) return "$page";
  if (/^(?:page_?size|per_?page|limit|size)$/i.test(key)) return "$size";
  if (/^(?:offset|skip)$/i.test(key)) return "$offset";
  if (/^has_?(?:more|next)/i.test(key)) return "$hasMore";
  return value;
}
