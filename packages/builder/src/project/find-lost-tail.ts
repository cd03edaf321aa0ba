import { existsSync, readFileSync } from "node:fs";
import { openStore } from "@ccb/store";
import { z } from "zod";
import type { Journal } from "../journal/create-journal.ts";
import type { ProjectPaths } from "./project-paths.ts";

const stateSchema = z.object({ lastEvent: z.number().int() });

/**
 * Why a journal that SQLite finds sound is not whole: its copies know of later events, or a build was begun and it is empty. A write-ahead log that is lost or damaged takes the last
 * transactions with it without any error. Undefined when nothing speaks against it.
 */
export function findLostTail(journal: Journal, paths: ProjectPaths): string | undefined {
  const last = journal.lastSequence();
  const known = Math.max(readBackup(paths.databaseBackup), readState(paths.latestState));
  if (known > last) return `it ends at event ${last}, but its copies know of event ${known}.`;
  return !journal.build() && existsSync(paths.databaseBackup)
    ? "it is empty, although a build was begun here."
    : undefined;
}

/** The last event in the copy of the journal; 0 where there is none that can be read. */
function readBackup(path: string): number {
  if (!existsSync(path)) return 0;
  try {
    using store = openStore({ path, migrations: [], readOnly: true });
    return Number(store.database.prepare("SELECT max(sequence) AS last FROM events").get()?.last ?? 0);
  } catch {
    // A copy that is damaged itself is no witness; the next one replaces it.
    return 0;
  }
}

function readState(path: string): number {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path, "utf8"))).lastEvent;
  } catch {
    // The same: the file is a copy, and may be missing, torn or of an older version.
    return 0;
  }
}
