import { existsSync } from "node:fs";
import { constants, cp, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CcbError } from "@ccb/core";
import { mandatoryServers } from "@ccb/mcp";
import { isAbandoned } from "../abandon.ts";
import { openRepository } from "../repository/open-repository.ts";
import { runGit, runGitScript } from "../repository/run-git.ts";
import type { TryTree } from "../repository/worktrees.ts";
import type { Workbench } from "../workbench.ts";
import { nameSetAside } from "./_set-aside.ts";
import { endWorktree } from "./end-worktrees.ts";
import { findMemoryCopy, mergeMemory, openMemoryCopy } from "./task-memory.ts";
import type { OpenWorkplaceOptions, Workplace } from "./workplace.ts";

/** Folders that git does not hold and that a project needs to run. */
const dependencyFolders = ["node_modules", ".venv"];

/** A git worktree of its own for one task, with its own MCP servers and its own copy of the memory. */
export async function openWorktreeWorkplace(bench: Workbench, options: OpenWorkplaceOptions): Promise<Workplace> {
  const { worktrees, paths, environment } = bench;
  const { task } = options.session;
  const directory = join(paths.worktrees, task.id);
  let base = options.resumeFrom ?? (await bench.repository.head());
  if (!base)
    throw new CcbError({
      code: "unexpected",
      message: "The project's repository has no commit to start from.",
      hint: `Its history or the journal was changed from outside. Go back to the last copy of the journal: ccb resume ${paths.root} --from-backup`,
    });
  if (options.resumeFrom === undefined) {
    if (existsSync(directory)) await endWorktree(bench, directory);
    await mkdir(paths.worktrees, { recursive: true });
    await worktrees.add(directory, base);
    await copyDependencies(paths.root, directory);
  }
  const repository = openRepository({ directory, environment });
  const isNew = options.resumeFrom === undefined;
  const memory = isNew ? await openMemoryCopy(paths, task.id) : findMemoryCopy(paths, task.id);
  const place = { directory, environment };
  const git = (args: string[], answers: number[] = [0]) => runGit({ ...place, args, answers });
  let isMerged = false;
  return {
    directory,
    get base() {
      return base as string;
    },
    repository,
    servers: [...mandatoryServers({ projectDirectory: directory, memoryFile: memory }), ...bench.intake.customServers],
    async commit(message) {
      return repository.commitSince(base, message, { leaveOut: "artifacts", keepAs: `refs/ccb/done/${task.id}` });
    },
    async integrate(commit, message, turn) {
      return bench.merges.run(task.id, async () => {
        const test = turn.planTest();
        const tryTree: TryTree = async (tree, head) => {
          if (test === undefined) return [];
          const failed = (await showTree(place, { own: commit, tree })) ? [] : await test(directory);
          if (failed.length > 0) await git(["reset", "--quiet", "--mixed", head]);
          return failed;
        };
        const result = await worktrees.merge({ commit, parent: base as string, message, tryTree });
        if (result.outcome === "rejected") base = result.head;
        isMerged = result.outcome === "merged";
        if (result.outcome === "merged") turn.onMerged(result.commit);
        if (isMerged) await mergeMemory(paths, task.id);
        return result;
      });
    },
    async showConflict(commit, head) {
      await git(["reset", "--quiet", "--hard", head]);
      await git(["cherry-pick", "--no-commit", commit], [0, 1]);
      // What is left is the index's view of the conflict; the session sees it in the files.
      await git(["reset", "--quiet", "--mixed", head]);
      base = head;
    },
    async close() {
      if (isAbandoned(bench.signal)) return undefined;
      const kept = isMerged ? undefined : await repository.setAside(base as string, nameSetAside(bench, task.id));
      await worktrees.remove(directory);
      return kept;
    },
  };
}

/** Puts a worktree's files to a merged tree. True where it has packages of others' work that are not installed here: then what fails here says nothing. */
async function showTree(
  place: { directory: string; environment: Record<string, string> },
  { own, tree }: { own: string; tree: string },
): Promise<boolean> {
  return (await runGitScript({ ...place, script: showScript, args: [tree, own, ...packageFiles] })).trim() !== "";
}

const showScript = `
git read-tree --reset -u "$1"
tree=$1
own=$2
shift 2
git diff --name-only "$own" "$tree" -- "$@"
`;

const packageFiles = ["package.json", "*-lock.*", "requirements*.txt", "pyproject.toml"].map(
  (name) => `:(glob)**/${name}`,
);

/** Installed dependencies are copied (as clones where the file system can), so that two sessions never write into one folder. */
async function copyDependencies(from: string, to: string): Promise<void> {
  for (const name of dependencyFolders) {
    if (!(await stat(join(from, name)).catch(() => undefined))?.isDirectory()) continue;
    await cp(join(from, name), join(to, name), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
  }
}
