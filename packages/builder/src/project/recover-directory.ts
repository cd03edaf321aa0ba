import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { clearStaleLocks } from "../repository/clear-stale-locks.ts";
import type { Workbench } from "../workbench.ts";
import { nameSetAside } from "../workplace/_set-aside.ts";
import { endWorktrees } from "../workplace/end-worktrees.ts";

/**
 * Puts a directory whose last run was cut back into order before anything is done in it: git locks and temporary files of dead processes are removed, worktrees are
 * ended (unfinished work is kept under refs), and the repository is checked. Each repair is told as a warning; what cannot be repaired throws a CcbError that names the file and the way out.
 */
export async function recoverDirectory(bench: Workbench): Promise<void> {
  const warn = (message: string) => bench.emit({ type: "warning", message });
  for (const path of await clearStaleLocks(bench.paths.root))
    warn(`A lock that a killed git had left was removed: ${path}`);
  await removeTemporaryFiles(bench);
  if (!(await bench.repository.exists())) return;
  await repairRepository(bench, warn);
  await setRootAside(bench);
  await endWorktrees(bench, { keepCut: true });
}

/** Temporary files are named by the process that wrote them, and SQLite's by the file they belong to; they were never renamed, so nobody has read them. */
async function removeTemporaryFiles({ paths }: Workbench): Promise<void> {
  const folders: [path: string, recursive: boolean][] = [
    [paths.root, false],
    [paths.checkpoints, false],
    [paths.artifacts, true],
    [paths.memory, true],
    [join(paths.root, "docs"), true],
    [join(paths.root, ".claude"), true],
  ];
  for (const [folder, recursive] of folders) {
    const entries = await readdir(folder, { withFileTypes: true, recursive }).catch(() => []);
    for (const entry of entries) {
      if (entry.isFile() && /\.\d+\.tmp(-journal|-wal|-shm)?$/.test(entry.name))
        await rm(join(entry.parentPath, entry.name), { force: true });
    }
  }
}

/**
 * With tasks in worktrees nobody works in the project directory itself: what lies there uncommitted is somebody else's, and is kept before merges put the directory to their commit. A
 * task that runs in the directory does the same when it starts.
 */
async function setRootAside(bench: Workbench): Promise<void> {
  const head = bench.parallelTasks > 1 ? await bench.repository.head() : undefined;
  if (head === undefined) return;
  const kept = await bench.repository.setAside(head, nameSetAside(bench, "resume"));
  if (kept)
    bench.emit({ type: "warning", message: `What lay uncommitted in the project directory is kept as ${kept}.` });
}

async function repairRepository(bench: Workbench, warn: (message: string) => void): Promise<void> {
  const { repository, paths } = bench;
  if (await repository.resetIndexIfDamaged()) warn("The git index was damaged and was made anew from the last commit.");
  // Reading every object of a large history takes its time; a run that ended in order left none half-written.
  const damage = bench.journal.followsCut() ? await repository.findDamage() : [];
  if (damage.length === 0) return;
  throw new CcbError({
    code: "io-failed",
    message: `The git repository ${paths.root} is damaged: ${damage.slice(0, 3).join("; ")}${damage.length > 3 ? ` (+${damage.length - 3} more)` : ""}.`,
    hint: `Nothing was changed. Bring the objects back from a clone or a backup (git -C ${paths.root} fsck names them), then run: ccb resume ${paths.root}`,
    details: { damage },
  });
}
