import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds a git process that outlived its build may still take. */
const graceMs = 3_000;

/**
 * Removes lock files that a killed git left behind, so that nobody has to; returns their paths. Call it only while holding the project's lock: git processes of an
 * earlier run may be at their last write, so a lock is waited for first.
 */
export async function clearStaleLocks(directory: string): Promise<string[]> {
  const gitDirectory = join(directory, ".git");
  const startedMs = performance.now();
  let found = await findLocks(gitDirectory);
  while (found.length > 0 && performance.now() - startedMs < graceMs) {
    await delay(100);
    found = await findLocks(gitDirectory);
  }
  for (const path of found) await rm(path, { force: true });
  return found;
}

/** Lock files lie beside what they guard: at the top, among the refs, and in the folders of worktrees; objects have none that block. */
async function findLocks(gitDirectory: string): Promise<string[]> {
  if (!(await stat(gitDirectory).catch(() => undefined))?.isDirectory()) return [];
  const top = (await readdir(gitDirectory, { withFileTypes: true })).flatMap((entry) =>
    entry.isFile() && entry.name.endsWith(".lock") ? [join(gitDirectory, entry.name)] : [],
  );
  const below = await Promise.all(["refs", "worktrees"].map((name) => findLocksBelow(join(gitDirectory, name))));
  return [...top, ...below.flat()];
}

async function findLocksBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) =>
    entry.isFile() && entry.name.endsWith(".lock") ? [join(entry.parentPath, entry.name)] : [],
  );
}
