/** Text of `src/data/rows.js` in a generated service. */
export const dataRowsSource = `const jsonTypes = new Set(["json", "strings"]);

/**
 * A value of the API as SQLite stores it.
 *
 * @param {import("../resource/definition.js").Field} field
 * @param {unknown} value
 */
export function toColumn(field, value) {
  if (value === undefined || value === null) return null;
  if (field.type === "boolean") return value ? 1 : 0;
  if (jsonTypes.has(field.type)) return JSON.stringify(value);
  return value;
}

/**
 * A stored row as the API shows it, fields in the order of the definition.
 *
 * @param {import("../resource/definition.js").Resource} resource
 * @param {Record<string, unknown>} row
 */
export function fromRow(resource, row) {
  const item = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.writeOnly) continue;
    item[name] = fromColumn(field, row[name]);
  }
  return item;
}

function fromColumn(field, value) {
  if (value === null || value === undefined) return null;
  if (field.type === "boolean") return value === 1;
  if (jsonTypes.has(field.type)) return JSON.parse(value);
  return value;
}
`;
