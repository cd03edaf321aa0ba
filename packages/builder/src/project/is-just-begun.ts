import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ProjectPaths, projectIgnoreFile } from "./project-paths.ts";

/** The lock of a build, and who holds it. */
const lockFiles = /^lock\.(?:db|db-journal|json|json\.new)$/;

/**
 * True for a directory that holds no more than a build makes before it opens its journal, as a kill in its first moments leaves it: nobody's work is in it, and it may be used like an empty one. Rejects with
 * what the file system says.
 */
export async function isJustBegun(paths: ProjectPaths): Promise<boolean> {
  const { root, artifacts, logs, checkpoints, memory, sessionHome } = paths;
  const folders = new Set([artifacts, logs, checkpoints, memory, sessionHome]);
  const holdsOnlyOurs = async (folder: string): Promise<boolean> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const isLock = folder === checkpoints && lockFiles.test(entry.name);
      const isOurs = entry.isDirectory()
        ? folders.has(path) && (await holdsOnlyOurs(path))
        : entry.isFile() && (isLock || (path === join(root, ".gitignore") && (await isOurIgnoreFile(path))));
      if (!isOurs) return false;
    }
    return true;
  };
  return holdsOnlyOurs(root);
}

/** It may have been cut in the middle. */
async function isOurIgnoreFile(path: string): Promise<boolean> {
  return projectIgnoreFile.startsWith(await readFile(path, "utf8"));
}
