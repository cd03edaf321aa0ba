import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CcbError } from "@ccb/core/errors";
import { describeStoreError, sqliteCodeOf } from "./_store-error.ts";

const sqliteBusy = 5;

/** Databases of held locks. One that nobody refers to any more would be collected, and its lock dropped with it. */
const held = new Set<DatabaseSync>();

export interface AcquireLockOptions {
  /** The folder to lock; made where it is missing. */
  directory: string;
  /** Names the lock's files: `<name>.db` and `<name>.json` in the folder. Default "lock". */
  name?: string;
}

/** Who holds a lock. */
export interface LockHolder {
  pid: number;
  /** ISO 8601, when the lock was taken. */
  startedAt: string;
}

/** A held lock. It ends with {@link Lock.release} or with the process, however that ends. */
export interface Lock {
  readonly directory: string;
  readonly holder: LockHolder;
  /** Releasing twice is no error. */
  release(): void;
  [Symbol.dispose](): void;
}

export type AcquireLockResult =
  | { acquired: true; lock: Lock }
  /** `by` is undefined in the moment between the other process's taking the lock and its writing down who it is. */
  | { acquired: false; by: LockHolder | undefined };

/**
 * Takes the lock of a folder for the life of this process, or says at once who holds it.
 *
 * The lock is an open `BEGIN EXCLUSIVE` on a small SQLite database: the operating system drops it when the process dies, so it is never stale, and a
 * sleeping holder keeps it. The holder's pid stands in a JSON file beside it, for people only; it decides nothing. Throws a CcbError `store-failed`
 * when the folder cannot be written to.
 */
export function acquireLock(options: AcquireLockOptions): AcquireLockResult {
  const { directory, name = "lock" } = options;
  const path = join(directory, `${name}.db`);
  const holderPath = join(directory, `${name}.json`);
  const database = openLockDatabase(directory, path);
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (sqliteCodeOf(error) === sqliteBusy) return { acquired: false, by: readHolder(holderPath) };
    throw describeStoreError(error, path);
  }
  const holder: LockHolder = { pid: process.pid, startedAt: new Date().toISOString() };
  try {
    writeFileSync(`${holderPath}.new`, `${JSON.stringify(holder)}\n`);
    renameSync(`${holderPath}.new`, holderPath);
  } catch (error) {
    database.close();
    throw notWritable(directory, error);
  }
  held.add(database);
  const release = (): void => {
    if (!held.delete(database)) return;
    rmSync(holderPath, { force: true });
    database.close();
  };
  return { acquired: true, lock: { directory, holder, release, [Symbol.dispose]: release } };
}

/**
 * Who holds the lock of a folder, without taking it; undefined when nobody does. A file that a killed process left names nobody, even where its pid has been given to
 * another process since: the lock itself is asked.
 */
export function findLockHolder(options: AcquireLockOptions): LockHolder | undefined {
  const { directory, name = "lock" } = options;
  const holder = readHolder(join(directory, `${name}.json`));
  if (!holder || !existsSync(join(directory, `${name}.db`))) return undefined;
  const path = join(directory, `${name}.db`);
  const database = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    database.prepare("SELECT 1 FROM sqlite_schema").get();
    return undefined;
  } catch (error) {
    if (sqliteCodeOf(error) === sqliteBusy) return holder;
    throw describeStoreError(error, path);
  } finally {
    database.close();
  }
}

function openLockDatabase(directory: string, path: string): DatabaseSync {
  try {
    mkdirSync(directory, { recursive: true });
    return new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw notWritable(directory, error);
  }
}

/** The holder as it wrote itself down; a file left by a process that is gone names nobody. */
function readHolder(path: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("startedAt" in value)) return undefined;
    if (typeof value.pid !== "number" || typeof value.startedAt !== "string" || !isAlive(value.pid)) return undefined;
    return { pid: value.pid, startedAt: value.startedAt };
  } catch (error) {
    // Only for people: a file that is missing or torn means that the holder is not known, not that the lock is free.
    if (error instanceof SyntaxError || (error instanceof Error && "code" in error)) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function notWritable(directory: string, cause: unknown): CcbError {
  return new CcbError({
    code: "store-failed",
    message: `The lock of ${directory} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "Check that the folder may be written to and that the disk is not full.",
    details: { directory },
    cause,
  });
}
