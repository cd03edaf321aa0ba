import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runGit } from "../repository/run-git.ts";

export interface FindEditsOptions {
  /** Where the session works; inside a git repository. */
  directory: string;
  /** The commit the session started from; undefined in a repository without one. */
  base: string | undefined;
  /** Milliseconds of the wall clock; what was changed earlier is not meant. */
  sinceMs: number;
  environment: Record<string, string>;
}

/** Git's name for a tree without files. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Folders that CCB and its servers write in while a session runs. */
const ownFolders = /^(?:\.git|\.checkpoints|\.memory|logs|artifacts)\//;

/**
 * Has git look at every file once and keep what it saw in its index; right after a checkout it trusts none of it, and would read the files again each time ({@link findEdits} may not write the
 * index beside a session). Nothing else may work in the directory meanwhile. Rejects with a CcbError where git fails.
 */
export async function prepareToFindEdits({ directory, environment }: Omit<FindEditsOptions, "sinceMs">): Promise<void> {
  await runGit({ directory, environment, args: ["status", "--porcelain", "--untracked-files=no", "--no-renames"] });
}

/**
 * The files of a session's directory that were changed, made or removed since a moment, committed or not, by path in the directory; what git ignores does not count. Judged by
 * the inode's own time of change, which programs cannot set back. Rejects with a CcbError where git fails.
 */
export async function findEdits(options: FindEditsOptions): Promise<string[]> {
  const { directory, base = emptyTree, environment, sinceMs } = options;
  const git = { directory, environment: { ...environment, GIT_OPTIONAL_LOCKS: "0" } };
  const [tracked, untracked] = await Promise.all([
    runGit({ ...git, args: ["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", base, "--"] }),
    runGit({ ...git, args: ["ls-files", "--others", "--exclude-standard", "-z"] }),
  ]);
  const paths = [...new Set(`${tracked}${untracked}`.split("\0"))].filter(
    (path) => path !== "" && !ownFolders.test(path),
  );
  const changed = await Promise.all(paths.map((path) => hasChanged(join(directory, path), sinceMs)));
  return paths.filter((_, at) => changed[at]);
}

/** Of a file that is gone, its folder tells when; a folder that is gone too, the one above it. */
async function hasChanged(path: string, sinceMs: number): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found !== undefined) return found.ctimeMs >= sinceMs;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const above = await lstat(folder).catch(() => undefined);
    if (above !== undefined) return above.ctimeMs >= sinceMs;
    if (folder === dirname(folder)) return false;
  }
}
