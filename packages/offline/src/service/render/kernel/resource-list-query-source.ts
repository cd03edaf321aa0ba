/** Text of `src/resource/list-query.js` in a generated service. */
export const resourceListQuerySource = `import { quote } from "../data/store.js";
import { settings } from "../settings.js";
import { checkValue } from "./check-value.js";
import { invalid } from "./validate.js";

const operators = { equals: "=", atLeast: ">=", atMost: "<=", above: ">", below: "<" };

/**
 * Turns the query string of a list request into a selection. Every problem is reported, none is ignored.
 *
 * @param {import("./definition.js").Resource} resource
 * @param {URLSearchParams} query
 */
export function parseListQuery(resource, query) {
  const problems = [];
  const filters = readFilters(resource, query, problems);
  const search = readSearch(resource, query);
  const orderBy = readOrder(resource, query, problems);
  const page = readPage(query, problems);
  if (problems.length > 0) throw invalid(problems);
  return {
    where: [...filters, ...search].map((part) => part.sql),
    values: [...filters, ...search].flatMap((part) => part.values),
    orderBy,
    ...page,
  };
}

function readFilters(resource, query, problems) {
  const parts = [];
  for (const [param, { field: name, test }] of Object.entries(resource.filters)) {
    const text = query.get(param);
    if (text === null || text === "") continue;
    const field = resource.fields[name];
    const texts = field.type === "enum" ? text.split(",") : [text];
    const values = texts.map((item) => readFilterValue(field, item, test));
    const problem = values.map((value) => filterProblem(field, value, test)).find((found) => found !== undefined);
    if (problem === undefined) parts.push(filterCondition(field, { name, test, values }));
    else problems.push({ field: param, message: problem });
  }
  return parts;
}

function readFilterValue(field, text, test) {
  if (field.type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (field.type === "integer" || field.type === "number") return text.trim() === "" ? Number.NaN : Number(text);
  if (field.type === "datetime" && /^\\d{4}-\\d{2}-\\d{2}$/.test(text)) {
    return test === "atMost" || test === "above" ? \`\${text}T23:59:59.999Z\` : \`\${text}T00:00:00Z\`;
  }
  return text;
}

function filterProblem(field, value, test) {
  if (test === "contains" || test === "has") return undefined;
  return checkValue({ type: field.type, values: field.values }, value, new Date(0));
}

function filterCondition(field, { name, test, values }) {
  const column = quote(name);
  if (test === "has") return { sql: \`EXISTS (SELECT 1 FROM json_each(\${column}) WHERE value = ?)\`, values };
  if (test === "contains") return { sql: \`\${column} LIKE ? ESCAPE '\\\\'\`, values: values.map(likePattern) };
  const stored = values.map((value) => (typeof value === "boolean" ? Number(value) : value));
  if (field.type === "datetime") {
    return { sql: \`unixepoch(\${column}, 'subsec') \${operators[test]} unixepoch(?, 'subsec')\`, values: stored };
  }
  if (stored.length > 1) return { sql: \`\${column} IN (\${stored.map(() => "?").join(", ")})\`, values: stored };
  return { sql: \`\${column} \${operators[test]} ?\`, values: stored };
}

function readSearch(resource, query) {
  const text = query.get(settings.searchParam)?.trim();
  if (!text || resource.searchable.length === 0) return [];
  const conditions = resource.searchable.map((name) => \`\${quote(name)} LIKE ? ESCAPE '\\\\'\`);
  return [{ sql: \`(\${conditions.join(" OR ")})\`, values: conditions.map(() => likePattern(text)) }];
}

function likePattern(text) {
  return \`%\${text.replaceAll(/[\\\\%_]/g, "\\\\$&")}%\`;
}

function readOrder(resource, query, problems) {
  const { param, orderParam } = settings.sort;
  const direction = orderParam === null ? null : query.get(orderParam)?.toLowerCase();
  if (direction && direction !== "asc" && direction !== "desc") {
    problems.push({ field: orderParam, message: "must be asc or desc" });
  }
  const wanted = query.get(param) || resource.defaultSort;
  const terms = [];
  for (const part of wanted.split(",").filter((text) => text.trim() !== "")) {
    const { name, descending } = readSortTerm(part.trim(), query.has(param) ? direction : undefined);
    if (resource.sortable.includes(name)) terms.push(\`\${sortColumn(resource, name)} \${descending ? "DESC" : "ASC"}\`);
    else problems.push({ field: param, message: \`must be one of \${resource.sortable.join(", ")}\` });
  }
  const last = terms.at(-1)?.endsWith("DESC") ? "rowid DESC" : "rowid ASC";
  return [...terms, last].join(", ");
}

function readSortTerm(text, direction) {
  const [name, suffix] = text.replace(/^[-+]/, "").split(":");
  return { name, descending: text.startsWith("-") || suffix === "desc" || direction === "desc" };
}

function sortColumn(resource, name) {
  const column = quote(name);
  return resource.fields[name].type === "datetime" ? \`unixepoch(\${column}, 'subsec')\` : column;
}

function readPage(query, problems) {
  const { style, sizeParam, positionParam, defaultSize, maxSize, overflow } = settings.pagination;
  if (style === "none") return {};
  const asked = readCount(query, sizeParam, { fallback: defaultSize, lowest: 1, problems });
  const first = style === "page" ? 1 : 0;
  const position = readCount(query, positionParam, { fallback: first, lowest: first, problems });
  if (asked > maxSize && overflow === "reject") {
    problems.push({ field: sizeParam, message: \`must be at most \${maxSize}\` });
  }
  const limit = Math.min(asked, maxSize);
  return { limit, offset: style === "page" ? (position - 1) * limit : position, position };
}

function readCount(query, param, { fallback, lowest, problems }) {
  const text = query.get(param);
  if (text === null || text === "") return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= lowest) return value;
  problems.push({ field: param, message: \`must be an integer of at least \${lowest}\` });
  return fallback;
}
`;
