import { CcbError } from "@ccb/core";
import { describeForged, takeBackForged } from "../gate/forged-commits.ts";
import { clearStaleLocks } from "../repository/clear-stale-locks.ts";
import type { Workbench } from "../workbench.ts";
import { nameSetAside, reportSetAside } from "./_set-aside.ts";
import type { OpenWorkplaceOptions, Workplace } from "./workplace.ts";

/** The project directory as a workplace: starts from CCB's last commit; what an interrupted attempt left on top of it is set aside under a ref. */
export async function openRootWorkplace(bench: Workbench, options: OpenWorkplaceOptions): Promise<Workplace> {
  const { repository, paths } = bench;
  const { task } = options.session;
  await clearStaleLocks(paths.root);
  const base = await repository.lastCommitOf(bench.build);
  if (!base)
    throw new CcbError({
      code: "unexpected",
      message: "The project's repository has no commit to start from.",
      hint: `Its history or the journal was changed from outside. Go back to the last copy of the journal: ccb resume ${paths.root} --from-backup`,
    });
  if (options.resumeFrom !== base) {
    const kept = await repository.setAside(base, nameSetAside(bench, task.id));
    if (kept) reportSetAside(bench, task.id, kept);
  }
  // A session likes to make a branch for its work; the build goes on where it was.
  const branch = repository.branch();
  const leaveBranch = async () => {
    if (branch !== undefined) await repository.returnTo(branch);
  };
  let isCommitted = false;
  return {
    directory: paths.root,
    base,
    repository,
    servers: bench.servers,
    // artifacts/ is CCB's own: what a session may have changed there is no part of its work.
    async commit(message) {
      await leaveBranch();
      const commit = await repository.commitSince(base, message, { leaveOut: "artifacts" });
      isCommitted = true;
      return commit;
    },
    async integrate(commit, _message, { onMerged }) {
      onMerged(commit);
      return { outcome: "merged", commit, isFastForward: true };
    },
    showConflict: () => {
      throw new CcbError({ code: "unexpected", message: "Work in the project directory cannot conflict with itself." });
    },
    // What a failed session left stays in the files, as its author would leave it; the next one sets it aside. What it committed by itself was not judged, so it is taken off the main line; a session
    // that was stopped may be gone on with.
    async close() {
      if (isCommitted) return undefined;
      if (!bench.signal.aborted) await leaveBranch();
      for (const forged of await takeBackForged(repository, base))
        bench.emit({ type: "warning", message: `Task ${task.id}: ${describeForged(forged)}.` });
      if (!bench.signal.aborted) await repository.takeBackCommits(base);
      return undefined;
    },
  };
}
