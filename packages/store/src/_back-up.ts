import { existsSync, mkdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

/**
 * Copies an open database to `<name>.<YYYYMMDD_HHMMSS>[_<number>].db` in the folder and returns the copy's path. The copy is a database of its own, with everything that was
 * committed, whoever else has the original open.
 */
export function backUp(options: { database: DatabaseSync; path: string; directory: string }): string {
  const { database, directory } = options;
  mkdirSync(directory, { recursive: true });
  const stem = basename(options.path, extname(options.path));
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");
  for (let attempt = 1; ; attempt++) {
    const target = join(directory, `${stem}.${time}${attempt === 1 ? "" : `_${attempt}`}.db`);
    if (existsSync(target)) continue;
    database.prepare("VACUUM INTO ?").run(target);
    return target;
  }
}
