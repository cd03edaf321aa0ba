import type { DatabaseSync } from "node:sqlite";
import { CcbError } from "@ccb/core/errors";
import { backUp } from "./_back-up.ts";
import type { MigrationSet, MigrationStep } from "./migration-set.ts";

const versionsTable = `CREATE TABLE IF NOT EXISTS schema_versions (
  set_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  step_name TEXT NOT NULL,
  applied_at TEXT NOT NULL,
  PRIMARY KEY (set_name, version)
) STRICT`;

interface MigrateOptions {
  database: DatabaseSync;
  path: string;
  sets: readonly MigrationSet[];
  transaction: (work: () => void) => void;
  /** Where a database that has tables is copied to before they are changed; not copied when omitted. */
  backupDirectory?: string | undefined;
}

/** Applies every missing step, each in a transaction of its own together with its line in `schema_versions`. */
export function migrate(options: MigrateOptions): void {
  const { database, sets, transaction } = options;
  validateSets(sets);
  if (!hasVersionsTable(database)) database.exec(versionsTable);
  refuseNewer(options);
  if (options.backupDirectory !== undefined && isOutdated(database, sets)) {
    backUp({ database, path: options.path, directory: options.backupDirectory });
  }
  const insert = database.prepare(
    "INSERT INTO schema_versions (set_name, version, step_name, applied_at) VALUES (?, ?, ?, ?)",
  );
  for (const set of sets) {
    for (const step of set.steps) {
      if (step.version <= appliedVersion(database, set.name)) continue;
      transaction(() => {
        // Another process may have applied the step between the look and the lock.
        if (step.version <= appliedVersion(database, set.name)) return;
        database.exec(step.up);
        insert.run(set.name, step.version, step.name, new Date().toISOString());
      });
    }
  }
}

/** Throws unless the database has every step of the sets: for databases that are opened to be read only. */
export function requireMigrated(options: MigrateOptions): void {
  validateSets(options.sets);
  refuseNewer(options);
  for (const set of options.sets) {
    const known = set.steps.length;
    const applied = hasVersionsTable(options.database) ? appliedVersion(options.database, set.name) : 0;
    if (applied < known) {
      throw new CcbError({
        code: "store-failed",
        message: `The database ${options.path} has version ${applied} of the tables "${set.name}", this program expects version ${known}, and it was opened read-only.`,
        hint: "Open it once for writing, which brings it up to date.",
        details: { path: options.path, set: set.name, applied, known },
      });
    }
  }
}

function refuseNewer({ database, path, sets }: MigrateOptions): void {
  if (!hasVersionsTable(database)) return;
  for (const set of sets) {
    const applied = appliedVersion(database, set.name);
    const known = set.steps.length;
    if (applied > known) {
      throw new CcbError({
        code: "store-failed",
        message: `The database ${path} has version ${applied} of the tables "${set.name}", this program knows version ${known}: a newer version of CCB wrote it.`,
        hint: "Use that newer version, or another directory. Nothing was changed.",
        details: { path, set: set.name, applied, known },
      });
    }
  }
}

/** True where there are tables already, and steps that they lack. */
function isOutdated(database: DatabaseSync, sets: readonly MigrationSet[]): boolean {
  const lacking = sets.some((set) => appliedVersion(database, set.name) < set.steps.length);
  return lacking && database.prepare("SELECT 1 FROM schema_versions").get() !== undefined;
}

export function hasVersionsTable(database: DatabaseSync): boolean {
  return (
    database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_versions'").get() !==
    undefined
  );
}

function appliedVersion(database: DatabaseSync, setName: string): number {
  const row = database.prepare("SELECT MAX(version) AS version FROM schema_versions WHERE set_name = ?").get(setName);
  return typeof row?.version === "number" ? row.version : 0;
}

export function validateSets(sets: readonly MigrationSet[]): void {
  const names = new Set<string>();
  for (const set of sets) {
    if (names.has(set.name)) throw badSet(set, `the name "${set.name}" is used by two sets`);
    names.add(set.name);
    set.steps.forEach((step: MigrationStep, index) => {
      if (step.version !== index + 1) {
        throw badSet(set, `step ${index + 1} of "${set.name}" has version ${step.version}, expected ${index + 1}`);
      }
    });
  }
}

function badSet(set: MigrationSet, problem: string): CcbError {
  return new CcbError({
    code: "usage",
    message: `These migrations cannot be applied: ${problem}.`,
    hint: "Give each set a name of its own and number its steps from 1 without gaps; never change a published step, add one.",
    details: { set: set.name },
  });
}
