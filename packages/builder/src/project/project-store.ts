import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { CcbError } from "@ccb/core";
import { openStore, type Store } from "@ccb/store";
import { projectMigrations } from "../journal/project-migrations.ts";
import { type ProjectPaths, planProjectPaths } from "./project-paths.ts";

/** The paths of a project directory; CcbError `bad-input` for a directory that is none. One whose journal is lost is still known by the copy of it. */
export function requireProject(directory: string): ProjectPaths {
  const root = resolve(directory);
  const paths = planProjectPaths(root);
  if (existsSync(paths.database) || existsSync(paths.databaseBackup)) return paths;
  const isFolder = statSync(root, { throwIfNoEntry: false })?.isDirectory() === true;
  throw new CcbError({
    code: "bad-input",
    message: isFolder
      ? `${root} is no CCB project: it has no .checkpoints/build.db.`
      : `The project directory ${root} does not exist.`,
    hint: "Give the directory that ccb init made (claude-builds/<name>_<time>, or what --output-dir said).",
  });
}

/** Opens a project's database, and closes it when the work is done. A database that cannot be read names the way back. */
export function withProjectStore<T>(
  paths: ProjectPaths,
  work: (store: Store) => T,
  options: { readOnly?: boolean } = {},
): T {
  const store = openStore({ path: paths.database, migrations: projectMigrations, ...options });
  const close = () => store.close();
  try {
    const result = work(store);
    if (result instanceof Promise) return result.finally(close) as T;
    close();
    return result;
  } catch (error) {
    close();
    if (!CcbError.isInstance(error) || error.code !== "store-failed") throw error;
    throw new CcbError({
      code: "store-failed",
      message: error.message,
      hint: `Go back to the last copy that CCB made of it: ccb resume ${paths.root} --from-backup`,
      cause: error,
    });
  }
}
