/** Text of `src/data/store.js` in a generated service. */
export const dataStoreSource = `import { ApiError, conflict } from "../http/errors.js";
import { settings } from "../settings.js";
import { fromRow, toColumn } from "./rows.js";

const sqliteUnique = new Set([1555, 2067]);
const sqliteForeignKey = new Set([787, 1811]);

/**
 * The statements of one resource. Values are always bound, names come from the definition only.
 *
 * @param {import("node:sqlite").DatabaseSync} database
 * @param {import("../resource/definition.js").Resource} resource
 */
export function createStore(database, resource) {
  const table = quote(resource.table);
  const key = quote(resource.key);
  const byKey = database.prepare(\`SELECT * FROM \${table} WHERE \${key} = ?\`);
  const removal = database.prepare(\`DELETE FROM \${table} WHERE \${key} = ?\`);

  return {
    /** @param {string | number} id */
    get(id) {
      const row = byKey.get(id);
      return row === undefined ? undefined : fromRow(resource, row);
    },

    /**
     * @param {Record<string, unknown>} values
     * @returns the stored item
     */
    insert(values) {
      const names = Object.keys(values);
      const columns = names.map(quote).join(", ");
      const marks = names.map(() => "?").join(", ");
      const statement = database.prepare(\`INSERT INTO \${table} (\${columns}) VALUES (\${marks}) RETURNING *\`);
      return guarded(resource, () => fromRow(resource, statement.get(...bind(resource, names, values))));
    },

    /**
     * @param {string | number} id
     * @param {Record<string, unknown>} values
     */
    update(id, values) {
      const names = Object.keys(values);
      if (names.length === 0) return this.get(id);
      const changes = names.map((name) => \`\${quote(name)} = ?\`).join(", ");
      const statement = database.prepare(\`UPDATE \${table} SET \${changes} WHERE \${key} = ? RETURNING *\`);
      return guarded(resource, () => fromRow(resource, statement.get(...bind(resource, names, values), id)));
    },

    /** @param {string | number} id */
    remove(id) {
      guarded(resource, () => removal.run(id));
    },

    /**
     * @param {{ where: string[], values: unknown[], orderBy: string, limit?: number, offset?: number }} selection
     * @returns {{ items: object[], total: number }} \`total\` counts all matches, not only this page
     */
    list({ where, values, orderBy, limit = -1, offset = 0 }) {
      const condition = where.length === 0 ? "" : \` WHERE \${where.join(" AND ")}\`;
      const count = database.prepare(\`SELECT count(*) AS total FROM \${table}\${condition}\`).get(...values);
      const rows = database
        .prepare(\`SELECT * FROM \${table}\${condition} ORDER BY \${orderBy} LIMIT ? OFFSET ?\`)
        .all(...values, limit, offset);
      return { items: rows.map((row) => fromRow(resource, row)), total: Number(count.total) };
    },
  };
}

/** @param {string} name */
export function quote(name) {
  return \`"\${name.replaceAll('"', '""')}"\`;
}

function bind(resource, names, values) {
  return names.map((name) => toColumn(resource.fields[name], values[name]));
}

function guarded(resource, work) {
  try {
    return work();
  } catch (error) {
    if (sqliteUnique.has(error.errcode)) {
      throw alreadyTaken(resource, uniqueFields(error));
    }
    if (sqliteForeignKey.has(error.errcode)) {
      throw conflict(\`The \${resource.title} is still referenced by other records.\`);
    }
    throw error;
  }
}

function uniqueFields(error) {
  const columns = error.message.split(": ").at(-1).split(", ");
  return columns.map((column) => column.split(".").at(-1));
}

function alreadyTaken(resource, names) {
  const message = \`Another \${resource.title} has the same \${names.join(" and ")}.\`;
  const fields = names.map((field) => ({ field, message: "is already taken" }));
  return new ApiError(settings.status.unique, "conflict", message, { fields });
}
`;
