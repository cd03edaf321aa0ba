import { CcbError } from "@ccb/core/errors";

const ioFailed = {
  what: "could not be read or written: the disk reported an error",
  hint: "Check the disk and its free space, then run the same command again; what was acknowledged before is kept.",
};

/** What an SQLite result code means for the one who has to act, by primary code (https://www.sqlite.org/rescode.html). */
const meanings: Record<number, { what: string; hint: string }> = {
  5: {
    what: "is busy: another process wrote to it for longer than the busy timeout",
    hint: "Wait until the other process is done, or stop it.",
  },
  8: { what: "cannot be written to", hint: "Check the permissions of the file and of the folder it lies in." },
  10: ioFailed,
  11: {
    what: "is damaged",
    hint: "Restore the file from a backup; keep the damaged file (and its -wal file), it may still hold readable rows.",
  },
  13: {
    what: "could not grow: the disk is full",
    hint: "Free some space and run the same command again; what was acknowledged before is kept.",
  },
  14: {
    what: "could not be opened",
    hint: "Check that the folder exists and may be written to, and that the path is no folder itself.",
  },
  26: {
    what: "is not an SQLite database",
    hint: "Check the path; where it is right, the file is damaged: restore it from a backup.",
  },
};

/** The primary SQLite result code of an error thrown by `node:sqlite`, undefined for any other error. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") {
    return undefined;
  }
  return "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

/**
 * A `store-failed` CcbError for the states of the database file (busy, damaged, full, not writable); any other error, such as a violated constraint,
 * comes back as it is, because it belongs to whoever wrote the statement.
 */
export function describeStoreError(error: unknown, path: string): unknown {
  const code = sqliteCodeOf(error);
  const meaning = code === undefined ? undefined : meanings[code];
  if (!meaning) return error;
  return storeFailed(path, meaning, {
    said: `SQLite: ${error instanceof Error ? error.message : String(error)}`,
    sqliteCode: code,
    cause: error,
  });
}

/** What was committed did not reach the disk. */
export function diskError(path: string, cause: unknown): CcbError {
  return storeFailed(path, ioFailed, { said: cause instanceof Error ? cause.message : String(cause), cause });
}

function storeFailed(
  path: string,
  { what, hint }: { what: string; hint: string },
  seen: { said: string; sqliteCode?: number | undefined; cause: unknown },
): CcbError {
  const { said, cause, sqliteCode } = seen;
  const message = `The database ${path} ${what} (${said}).`;
  return new CcbError({ code: "store-failed", message, hint, details: { path, sqliteCode }, cause });
}
