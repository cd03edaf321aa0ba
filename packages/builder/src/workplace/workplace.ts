import type { Evidence, McpServerDefinition } from "@ccb/core";
import type { CommitMessage, Repository } from "../repository/open-repository.ts";
import type { MergeResult } from "../repository/worktrees.ts";
import type { TaskSession } from "../stages/task-session.ts";
import type { Workbench } from "../workbench.ts";
import { openRootWorkplace } from "./root-workplace.ts";
import { openWorktreeWorkplace } from "./worktree-workplace.ts";

/** Looks at merged files in a directory and resolves with what failed. */
export type MergeTest = (directory: string) => Promise<Evidence[]>;

/** What a task does when it is its turn to be merged; the next one's begins after both. */
export interface MergeTurn {
  planTest(): MergeTest | undefined;
  onMerged(commit: string): void;
}

/** Where one session works, and how its work gets onto the main line. */
export interface Workplace {
  directory: string;
  /** The commit the session starts from. */
  base: string;
  repository: Repository;
  /** The MCP servers of this place. */
  servers: McpServerDefinition[];
  /** One commit of everything the session did; reachable from then on, whatever happens. */
  commit(message: CommitMessage): Promise<string>;
  /**
   * Brings the commit onto the main line. Where that has moved, and `planTest` has a test for what stands there by now, the place is put to the merged files and the test looks at them; what fails keeps the commit away, and the files stay for a
   * session to mend.
   */
  integrate(commit: string, message: CommitMessage, turn: MergeTurn): Promise<MergeResult>;
  /** After a conflict: puts the place to the main line's commit with the conflict in its files, so that a session can resolve it. */
  showConflict(commit: string, head: string): Promise<void>;
  /** Ends the place. What was not committed is kept under a ref, which is returned; nothing is left behind. */
  close(): Promise<string | undefined>;
}

export interface OpenWorkplaceOptions {
  session: TaskSession;
  /** The commit an interrupted session started from: it goes on where it was, with the files as they are. */
  resumeFrom: string | undefined;
}

/** One task at a time works in the project directory itself; with more, each has a git worktree of its own. A repair works where the checks run. */
export function worksInWorktree(bench: Pick<Workbench, "parallelTasks">, session: TaskSession): boolean {
  return bench.parallelTasks > 1 && !session.isRepair;
}

/** Opens the workplace of a session. */
export function openWorkplace(bench: Workbench, options: OpenWorkplaceOptions): Promise<Workplace> {
  return worksInWorktree(bench, options.session)
    ? openWorktreeWorkplace(bench, options)
    : openRootWorkplace(bench, options);
}
