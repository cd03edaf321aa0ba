/** Text of `src/data/database.js` in a generated service. */
export const dataDatabaseSource = `import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Opens the SQLite file, creating its folder when needed. ":memory:" keeps everything in memory.
 *
 * @param {string} file
 */
export function openDatabase(file) {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;");
  return database;
}

/**
 * Runs a piece of work in one transaction: all of it is kept, or nothing.
 *
 * @template T
 * @param {DatabaseSync} database
 * @param {() => T} work
 * @returns {T}
 */
export function inTransaction(database, work) {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
`;
