import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { clearStaleLocks } from "../repository/clear-stale-locks.ts";
import type { Workbench } from "../workbench.ts";
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
  await endWorktrees(bench, { keepCut: true });
}

/** Temporary files are named by the process that wrote them; they were never renamed, so nobody has read them. */
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
      if (entry.isFile() && /\.\d+\.tmp$/.test(entry.name))
        await rm(join(entry.parentPath, entry.name), { force: true });
    }
  }
}

async function repairRepository(bench: Workbench, warn: (message: string) => void): Promise<void> {
  const { repository, paths } = bench;
  if (await repository.resetIndexIfDamaged()) warn("The git index was damaged and was made anew from the last commit.");
  const damage = await repository.findDamage();
  if (damage.length === 0) return;
  throw new CcbError({
    code: "io-failed",
    message: `The git repository ${paths.root} is damaged: ${damage.slice(0, 3).join("; ")}${damage.length > 3 ? ` (+${damage.length - 3} more)` : ""}.`,
    hint: `Nothing was changed. Bring the objects back from a clone or a backup (git -C ${paths.root} fsck names them), then run: ccb resume ${paths.root}`,
    details: { damage },
  });
}
