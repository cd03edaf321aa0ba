import { openRepository } from "../repository/open-repository.ts";
import { runGit } from "../repository/run-git.ts";
import { compareTrees, selectCompared, type TreeComparison, type TreeEntry } from "./compare-trees.ts";

/** A build's directory, for reading what it made. */
export interface BuiltDirectory {
  directory: string;
  /** Id of the build: its last commit counts, not what somebody committed afterwards. */
  build: string;
  /** The paths that the directory had while it was built, where they are others: it may have been moved since. */
  paths?: readonly string[];
}

/**
 * Compares what two builds committed last. A file that differs only by the path of its directory counts as the same. Rejects with a CcbError that holds git's own words.
 */
export async function compareBuilds(
  recorded: BuiltDirectory,
  replayed: BuiltDirectory,
  environment: Record<string, string>,
): Promise<TreeComparison> {
  const [before, after] = await Promise.all([readTree(recorded, environment), readTree(replayed, environment)]);
  const known = new Map(before.map((entry) => [entry.path, entry]));
  const settled: TreeEntry[] = [];
  for (const entry of after) {
    const old = known.get(entry.path);
    const isOther = old !== undefined && old.blob !== entry.blob;
    const isSame = isOther && (await differsByPathOnly({ recorded, replayed, environment, old, now: entry }));
    settled.push(isSame ? { ...entry, blob: old.blob } : entry);
  }
  return compareTrees(before, settled);
}

async function readTree(built: BuiltDirectory, environment: Record<string, string>): Promise<TreeEntry[]> {
  const { directory } = built;
  const repository = openRepository({ directory, environment });
  const commit = (await repository.exists())
    ? await repository.lastCommitOf(built.build).catch(() => undefined)
    : undefined;
  if (commit === undefined) return [];
  const rows = await runGit({ args: ["ls-tree", "-r", "-z", commit], directory, environment });
  const entries = rows.split("\0").flatMap((row) => {
    const [, mode, blob, path] = /^(\d+) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(row) ?? [];
    return mode !== undefined && blob !== undefined && path !== undefined ? [{ mode, blob, path }] : [];
  });
  return selectCompared(entries);
}

async function differsByPathOnly(about: {
  recorded: BuiltDirectory;
  replayed: BuiltDirectory;
  environment: Record<string, string>;
  old: TreeEntry;
  now: TreeEntry;
}): Promise<boolean> {
  const { recorded, replayed, environment, old, now } = about;
  const read = (directory: string, blob: string) =>
    runGit({ args: ["cat-file", "blob", blob], directory, environment });
  const [before, after] = await Promise.all([read(recorded.directory, old.blob), read(replayed.directory, now.blob)]);
  // Bytes that are no text cannot be compared as text.
  if (before.includes("\ufffd") || after.includes("\ufffd")) return false;
  return withoutPaths(before, recorded) === withoutPaths(after, replayed);
}

function withoutPaths(text: string, { directory, paths = [] }: BuiltDirectory): string {
  return [directory, ...paths].reduce((whole, path) => whole.replaceAll(path, "<project>"), text);
}
