import type { Failure } from "../recovery/failure.ts";
import type { CommitMessage } from "../repository/open-repository.ts";
import type { BuildWork, Workbench } from "../workbench.ts";
import type { Workplace } from "../workplace/workplace.ts";
import { findConflictMarkers, renderConflictPrompt } from "./resolve-conflict.ts";
import type { TaskSession } from "./task-session.ts";
import { planMergeTest, renderMergedTestPrompt } from "./test-merged.ts";

/** Sessions that may try to resolve one task's conflicts, and that may mend what fails of it together with other work. */
const maxMergeSessions = 2;

/** How often a task's work has come back from the main line in this attempt. */
export interface MergeRounds {
  conflicts: number;
  tests: number;
}

/** What bringing a session's work onto the main line came to. */
export type MergeStep =
  | { outcome: "merged"; commit: string }
  /** A session is told this, with both sides in the files; none of `files` may hold a conflict marker afterwards. */
  | { outcome: "mend"; prompt: string; files: readonly string[] }
  | { outcome: "refused"; failure: Failure };

export interface MergeWorkOptions {
  session: TaskSession;
  place: Workplace;
  /** The commit of the session's work. */
  made: string;
  message: CommitMessage;
  rounds: MergeRounds;
}

/**
 * Brings a session's work onto the main line. Where that has moved, the merge is tried first, and the checks that can be run already are run on the merged files; a conflict or a failed
 * check goes back to a session, and the main line stays as it was. What still fails after two such sessions is merged, and is the phase's acceptance to judge.
 */
export async function mergeWork(bench: Workbench, work: BuildWork, options: MergeWorkOptions): Promise<MergeStep> {
  const { session, place, made, message, rounds } = options;
  const { phase, task } = session;
  const mayTest = rounds.tests < maxMergeSessions;
  const merged = await place.integrate(made, message, {
    planTest: () => (mayTest ? planMergeTest(bench, work, { phase: phase.id, task: task.id }) : undefined),
    // The next in the queue is tested together with it.
    onMerged: (commit) => void (session.isRepair || work.commits.set(task.id, commit)),
  });
  if (merged.outcome === "merged") return { outcome: "merged", commit: merged.commit };
  if (merged.outcome === "rejected") {
    const { failed } = merged;
    rounds.tests += 1;
    const criteria = failed.map(({ criterionId }) => criterionId);
    bench.emit({ type: "merge-refused", phase: phase.id, task: task.id, cause: "tests", files: [], criteria });
    return { outcome: "mend", prompt: renderMergedTestPrompt({ task, failed }), files: [] };
  }
  const { files } = merged;
  bench.emit({ type: "merge-refused", phase: phase.id, task: task.id, cause: "conflict", files, criteria: [] });
  const reason = `Its work is in conflict with what was merged meanwhile, in ${files.join(", ")}.`;
  if (rounds.conflicts++ >= maxMergeSessions) return { outcome: "refused", failure: { kind: "file-conflict", reason } };
  await place.showConflict(made, merged.head);
  const prompt = await renderConflictPrompt({ task, directory: place.directory, files });
  return { outcome: "mend", prompt, files };
}

/** Undefined where a session has resolved the conflict in these files. */
export async function findUnresolved(directory: string, files: readonly string[]): Promise<Failure | undefined> {
  const left = await findConflictMarkers(directory, files);
  if (left.length === 0) return undefined;
  return { kind: "file-conflict", reason: `Conflict markers were left in ${left.join(", ")}.` };
}
