import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runGitScript } from "../repository/run-git.ts";

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
 * The files of a session's directory that were changed, made or removed since a moment, committed or not, by path in the directory; what git ignores does not count. Judged by
 * the inode's own time of change, which programs cannot set back. Rejects with a CcbError where git fails.
 */
export async function findEdits(options: FindEditsOptions): Promise<string[]> {
  const { directory, base = emptyTree, environment, sinceMs } = options;
  const listed = await runGitScript({ directory, environment, script: listScript, args: [base] });
  const paths = [...new Set(listed.split("\0"))].filter((path) => path !== "" && !ownFolders.test(path));
  const changed = await Promise.all(paths.map((path) => hasChanged(join(directory, path), sinceMs)));
  return paths.filter((_, at) => changed[at]);
}

/**
 * On a copy of the index, so that no lock of ours is in the session's way and what git learns is kept: it reads every file that is as new as its index, by the second, which right after
 * a checkout are all of them, until an index is written that is newer.
 */
const listScript = `
index=$(git rev-parse --git-path index)
export GIT_INDEX_FILE="$index.ccb"
if [ -e "$index" ] && { [ ! -e "$GIT_INDEX_FILE" ] || [ "$index" -nt "$GIT_INDEX_FILE" ]; }; then
  cp "$index" "$GIT_INDEX_FILE.$$"
  mv -f "$GIT_INDEX_FILE.$$" "$GIT_INDEX_FILE"
fi
git status --porcelain --untracked-files=no --no-renames >&2
git diff --name-only --no-renames --no-ext-diff -z "$1" --
git ls-files --others --exclude-standard -z
`;

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
