import { existsSync } from "node:fs";
import { CcbError } from "@ccb/core/errors";
import { backUp } from "./_back-up.ts";
import { hasVersionsTable, validateSets } from "./_migrate.ts";
import type { MigrationSet, MigrationStep } from "./migration-set.ts";
import { openStore, type Store } from "./open-store.ts";

/** A step of a set in a database. */
export interface MigrationStatus {
  set: string;
  version: number;
  name: string;
  /** ISO 8601; undefined where the step is not applied. */
  appliedAt: string | undefined;
  /** False for a step that a newer program applied. */
  known: boolean;
}

/** A step that was applied or undone. */
export type ChangedStep = Pick<MigrationStatus, "set" | "version" | "name">;

export interface MigrateResult {
  steps: ChangedStep[];
  /** The copy from before; undefined where nothing was to be changed, or no table was there yet. */
  backup: string | undefined;
}

interface StoreToMigrate {
  /** The database file; it must exist. */
  path: string;
  migrations: readonly MigrationSet[];
}

/** Every step that the program knows or the database has, set by set; changes nothing. */
export function readMigrationStatus(options: StoreToMigrate): MigrationStatus[] {
  const { path, migrations } = options;
  const store = openExisting(path, true);
  try {
    return listStatus(store, migrations);
  } finally {
    store.close();
  }
}

/**
 * Applies every step that is missing, after a copy of the database.
 *
 * Throws what `openStore` throws; nothing is changed where the copy cannot be made.
 */
export function migrateStore(options: StoreToMigrate & { backupDirectory: string }): MigrateResult {
  const { path, migrations, backupDirectory } = options;
  const before = readMigrationStatus(options);
  const steps = before.filter(({ appliedAt, known }) => known && appliedAt === undefined);
  if (steps.length === 0) return { steps: [], backup: undefined };
  const store = openExisting(path, false);
  let backup: string | undefined;
  try {
    if (before.length > steps.length) backup = backUp({ database: store.database, path, directory: backupDirectory });
  } finally {
    store.close();
  }
  openStore({ path, migrations }).close();
  return { steps: steps.map(toChanged), backup };
}

/**
 * Undoes the last steps, newest first, after a copy of the database; all of them or none. What the tables of an undone step held is then only in the copy.
 *
 * CcbError `bad-input` where there are not so many steps, or one is not known to this program; nothing is changed then.
 */
export function rollBackStore(
  options: StoreToMigrate & { backupDirectory: string; steps: number; set?: string | undefined },
): MigrateResult {
  const { path, migrations, backupDirectory } = options;
  const store = openExisting(path, false);
  try {
    const undone = listUndone(store, options);
    if (undone.length === 0) return { steps: [], backup: undefined };
    const backup = backUp({ database: store.database, path, directory: backupDirectory });
    const forget = store.database.prepare("DELETE FROM schema_versions WHERE set_name = ? AND version = ?");
    store.transaction(() => {
      for (const { set, version, name } of undone) {
        store.database.exec(requireStep({ migrations, set, version, name }).down);
        forget.run(set, version);
      }
    });
    return { steps: undone.map(toChanged), backup };
  } finally {
    store.close();
  }
}

function listUndone(
  store: Store,
  options: { migrations: readonly MigrationSet[]; steps: number; set?: string | undefined },
): ChangedStep[] {
  const { migrations, steps, set } = options;
  // The order in which they were applied, not by set: a later set may refer to an earlier one's tables.
  const applied = listApplied(store).filter((step) => set === undefined || step.set === set);
  if (applied.length < steps) {
    const which = set === undefined ? "" : ` of the tables "${set}"`;
    throw new CcbError({
      code: "bad-input",
      message: `${steps} steps${which} were to be undone, and ${applied.length} are applied. Nothing was changed.`,
      hint: "Ask for fewer steps.",
    });
  }
  const undone = applied.toReversed().slice(0, steps);
  for (const step of undone) requireStep({ migrations, ...step });
  return undone;
}

function requireStep(wanted: { migrations: readonly MigrationSet[] } & ChangedStep): MigrationStep {
  const step = wanted.migrations.find(({ name }) => name === wanted.set)?.steps[wanted.version - 1];
  if (step) return step;
  throw new CcbError({
    code: "bad-input",
    message: `Step ${wanted.version} of the tables "${wanted.set}" (${wanted.name}) is not known to this program: a newer version of CCB applied it. Nothing was changed.`,
    hint: "Undo it with that version.",
  });
}

function listStatus(store: Store, migrations: readonly MigrationSet[]): MigrationStatus[] {
  validateSets(migrations);
  const applied = listApplied(store);
  const names = new Set([...migrations.map(({ name }) => name), ...applied.map(({ set }) => set)]);
  return [...names].flatMap((set) => {
    const steps = migrations.find(({ name }) => name === set)?.steps ?? [];
    const done = applied.filter((step) => step.set === set);
    const known = steps.map(({ version, name }) => {
      const appliedAt = done.find((step) => step.version === version)?.appliedAt;
      return { set, version, name, appliedAt, known: true };
    });
    return [
      ...known,
      ...done.filter(({ version }) => version > steps.length).map((step) => ({ ...step, known: false })),
    ];
  });
}

/** In the order of their application. */
function listApplied(store: Store): (ChangedStep & { appliedAt: string })[] {
  if (!hasVersionsTable(store.database)) return [];
  return store.database
    .prepare("SELECT set_name, version, step_name, applied_at FROM schema_versions ORDER BY rowid")
    .all()
    .map((row) => ({
      set: String(row.set_name),
      version: Number(row.version),
      name: String(row.step_name),
      appliedAt: String(row.applied_at),
    }));
}

function openExisting(path: string, readOnly: boolean): Store {
  if (existsSync(path)) return openStore({ path, migrations: [], readOnly });
  throw new CcbError({
    code: "bad-input",
    message: `There is no database ${path}.`,
    hint: "Check the path.",
    details: { path },
  });
}

function toChanged({ set, version, name }: ChangedStep): ChangedStep {
  return { set, version, name };
}
