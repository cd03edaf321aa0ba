import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { openRepository } from "../repository/open-repository.ts";
import type { Workbench } from "../workbench.ts";
import { nameSetAside, reportSetAside } from "./_set-aside.ts";

/** Removes a worktree that a dead process left; what was not committed in it is kept under a ref first. One that is not there is no error. */
export async function endWorktree(bench: Workbench, directory: string): Promise<void> {
  if (existsSync(join(directory, ".git"))) {
    const task = basename(directory);
    const repository = openRepository({ directory, environment: bench.environment });
    const head = await repository.head().catch(() => undefined);
    const kept = head && (await repository.setAside(head, nameSetAside(bench, task)).catch(() => undefined));
    if (kept) reportSetAside(bench, task, kept);
  }
  await bench.worktrees.remove(directory);
}

/** Ends all worktrees but those of tasks whose cut session may be gone on with. */
export async function endWorktrees(bench: Workbench, options: { keepCut: boolean }): Promise<void> {
  for (const path of await bench.worktrees.list()) {
    const isCut = bench.journal.cutAttempt(`task:${basename(path)}`)?.sessionId !== undefined;
    if (!(options.keepCut && isCut)) await endWorktree(bench, path);
  }
  await bench.worktrees.prune();
  if ((await bench.worktrees.list()).length === 0) await rm(bench.paths.worktrees, { recursive: true, force: true });
}
