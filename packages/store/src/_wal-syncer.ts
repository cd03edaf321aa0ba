import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

/** Brings a database's write-ahead log to the disk beside the thread that writes it. */
export interface WalSyncer {
  /** Something was committed that SQLite itself did not sync. */
  note(): void;
  /** SQLite has synced the log, with all that was noted. */
  covered(): void;
  /** Resolves once everything that was noted so far is on the disk; rejects for good once the disk has refused it. */
  synced(): Promise<void>;
  /** Brings what is left to the disk. */
  close(): void;
}

const sync = promisify(fdatasync);

/**
 * Opens nothing before it is needed. SQLite takes no locks on the log's own file, so that closing another descriptor of it frees none (as it would on the database), and the file
 * stays the same while a connection is open.
 */
export function createWalSyncer(databasePath: string): WalSyncer {
  const path = `${databasePath}-wal`;
  let descriptor: number | undefined;
  let noted = 0;
  let done = 0;
  let writing: Promise<void> | undefined;

  function open(): number {
    if (descriptor !== undefined) return descriptor;
    descriptor = openSync(path, "r+");
    // Of a file that SQLite has just made, the name has to be on the disk too.
    const folder = openSync(dirname(path), "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
    return descriptor;
  }

  /** A kernel says once that a write was lost, and forgets it: what was refused stays refused. */
  async function write(): Promise<void> {
    const upTo = noted;
    await sync(open());
    done = Math.max(done, upTo);
    writing = undefined;
  }

  return {
    note() {
      noted += 1;
    },
    covered() {
      done = noted;
    },
    async synced() {
      const wanted = noted;
      // One under way may have begun before the last commit; all who wait then share the one after it.
      while (done < wanted) {
        writing ??= write();
        await writing;
      }
    },
    close() {
      if (done < noted) fdatasyncSync(open());
      done = noted;
      if (descriptor === undefined) return;
      const last = descriptor;
      descriptor = undefined;
      // Closed under a write, its number might be another file's when that begins.
      void (writing ?? Promise.resolve()).catch(() => undefined).finally(() => closeSync(last));
    },
  };
}
