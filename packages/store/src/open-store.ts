import { mkdirSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CcbError } from "@ccb/core/errors";
import { migrate, requireMigrated } from "./_migrate.ts";
import { describeStoreError, diskError } from "./_store-error.ts";
import { createWalSyncer } from "./_wal-syncer.ts";
import type { MigrationSet } from "./migration-set.ts";

/** How long a statement waits for another process's write, in milliseconds. */
const busyTimeoutMs = 5_000;

export interface OpenStoreOptions {
  /** The database file, or ":memory:". Its folder is made where it is missing. */
  path: string;
  /** The tables to bring up to date, applied in this order. */
  migrations: readonly MigrationSet[];
  /** Refuse every write; the file must exist and be up to date. */
  readOnly?: boolean;
  /**
   * "full" (default): what a transaction acknowledged survives a power cut. "normal": it survives kill -9 of the process, but a power cut may take
   * the last transactions; 16 times faster. For data that can be made again.
   */
  synchronous?: "full" | "normal";
  /** Where a database that has tables is copied to before a migration changes them; it is not copied when omitted. */
  backupDirectory?: string;
}

export interface TransactionOptions {
  /**
   * "now" (default): when it returns, the disk has it. "later": it is kept against kill -9 then, and against a power cut once `durable` resolves; the thread is not held up by the disk.
   * Of nested transactions the outermost one decides.
   */
  disk?: "now" | "later";
}

/** An open SQLite database. */
export interface Store {
  readonly path: string;
  readonly database: DatabaseSync;
  /**
   * Runs `work` in one transaction: all of it is kept, or (when it throws) nothing. A transaction inside another becomes part of the outer one; when the
   * inner one throws and the outer catches it, only the inner one is undone. `work` must be synchronous.
   */
  transaction<T>(work: () => T, options?: TransactionOptions): T;
  /**
   * Resolves once the disk has every transaction that ended so far, those that did not wait for it too. Many that wait share one write of the disk. Rejects with a CcbError
   * `store-failed` where the disk does not take them.
   */
  durable(): Promise<void>;
  /** Writes a consistent copy of the database to a file, whole or not at all, while it stays in use. Rejects with a CcbError `store-failed`. */
  copyTo(path: string): Promise<void>;
  /** What SQLite finds wrong with the file; an empty list means sound. Reads every page. */
  findDamage(): string[];
  /** Closes the database; closing twice is no error. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Opens a database with WAL, foreign keys and a busy timeout of 5 s, and brings its tables up to date.
 *
 * Throws a CcbError `store-failed` when the file is damaged, no database, not accessible, busy or written by a newer version of the tables; `usage` when the
 * migrations are misnumbered.
 */
export function openStore(options: OpenStoreOptions): Store {
  const { path, migrations, readOnly = false, synchronous = "full" } = options;
  const database = openDatabase(path, readOnly);
  try {
    if (!readOnly) {
      database.exec("PRAGMA journal_mode = WAL");
      database.exec(`PRAGMA synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`);
    }
    const store = createStore(path, database, { isFull: synchronous === "full" && !readOnly });
    const plan = {
      database,
      path,
      sets: migrations,
      transaction: store.transaction,
      backupDirectory: options.backupDirectory,
    };
    if (readOnly) requireMigrated(plan);
    else migrate(plan);
    return store;
  } catch (error) {
    database.close();
    throw describeStoreError(error, path);
  }
}

function openDatabase(path: string, readOnly: boolean): DatabaseSync {
  try {
    if (!readOnly && path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    return new DatabaseSync(path, { readOnly, timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  } catch (error) {
    const described = describeStoreError(error, path);
    if (CcbError.isInstance(described)) throw described;
    throw new CcbError({
      code: "store-failed",
      message: `The database ${path} could not be opened: ${error instanceof Error ? error.message : String(error)}.`,
      hint: "Check that the folder exists and may be written to.",
      details: { path },
      cause: error,
    });
  }
}

function createStore(path: string, database: DatabaseSync, { isFull }: { isFull: boolean }): Store {
  let depth = 0;
  const syncer = isFull && path !== ":memory:" ? createWalSyncer(path) : undefined;

  function transaction<T>(work: () => T, { disk = "now" }: TransactionOptions = {}): T {
    if (depth > 0 || syncer === undefined) return run(work);
    if (disk === "now") {
      const result = run(work);
      syncer.covered();
      return result;
    }
    database.exec("PRAGMA synchronous = NORMAL");
    try {
      const result = run(work);
      syncer.note();
      return result;
    } finally {
      database.exec("PRAGMA synchronous = FULL");
    }
  }

  function run<T>(work: () => T): T {
    const savepoint = `ccb_${depth}`;
    try {
      database.exec(depth === 0 ? "BEGIN IMMEDIATE" : `SAVEPOINT ${savepoint}`);
    } catch (error) {
      throw describeStoreError(error, path);
    }
    depth += 1;
    try {
      const result = work();
      if (result instanceof Promise) throw asyncWork();
      database.exec(depth === 1 ? "COMMIT" : `RELEASE ${savepoint}`);
      return result;
    } catch (error) {
      // After some errors (disk full) SQLite has already rolled back by itself.
      if (database.isTransaction) {
        database.exec(depth === 1 ? "ROLLBACK" : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      }
      throw describeStoreError(error, path);
    } finally {
      depth -= 1;
    }
  }

  async function durable(): Promise<void> {
    await syncer?.synced().catch((cause: unknown) => {
      throw diskError(path, cause);
    });
  }

  function close(): void {
    if (!database.isOpen) return;
    syncer?.close();
    database.close();
  }

  return {
    path,
    database,
    transaction,
    durable,
    copyTo: (target) => copyDatabase(database, target),
    findDamage: () => findDamage(path, database),
    close,
    [Symbol.dispose]: close,
  };
}

async function copyDatabase(database: DatabaseSync, target: string): Promise<void> {
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    // Not the backup interface: beside other statements on the same connection it fails now and then ("not an error").
    await rm(temporary, { force: true });
    database.prepare("VACUUM INTO ?").run(temporary);
    const file = await open(temporary, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw describeStoreError(error, target);
  }
}

function findDamage(path: string, database: DatabaseSync): string[] {
  try {
    const lines = database
      .prepare("PRAGMA quick_check")
      .all()
      .map((row) => String(row.quick_check));
    return lines.length === 1 && lines[0] === "ok" ? [] : lines;
  } catch (error) {
    const described = describeStoreError(error, path);
    if (CcbError.isInstance(described)) return [described.message];
    throw described;
  }
}

function asyncWork(): CcbError {
  return new CcbError({
    code: "usage",
    message:
      "The function given to a store's transaction returned a promise; a transaction is synchronous. Nothing was kept.",
    hint: "Await first, then write everything in one synchronous function.",
  });
}
