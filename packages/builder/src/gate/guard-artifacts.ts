import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { SourceTree } from "@ccb/testing/gate";
import { writeArtifact } from "../project/write-artifact.ts";

/** What of the artifacts is not as it was, before and now. Undone once it was looked at. */
export interface ChangedArtifacts {
  before: SourceTree;
  after: SourceTree;
}

/** Watches over what CCB keeps in `artifacts/` (plan, criteria, evidence) while a session runs. */
export interface ArtifactsGuard {
  /** What was changed since; all of it is put back. */
  undoChanges(): Promise<ChangedArtifacts>;
}

/**
 * Remembers the artifacts as they are. Nothing of CCB writes into these folders while a session works, but for merges of other tasks: they put files that git holds back to `readMerged`, which is then no
 * change of the session's.
 */
export async function guardArtifacts(
  folders: readonly string[],
  readMerged: (path: string) => Promise<string | undefined> = async () => undefined,
): Promise<ArtifactsGuard> {
  const known = await Promise.all([...new Set(folders)].map(async (folder) => ({ folder, files: await read(folder) })));
  return {
    async undoChanges() {
      const changed = { before: {} as Record<string, string>, after: {} as Record<string, string> };
      for (const { folder, files } of known) await undo({ folder, files, readMerged }, changed);
      return changed;
    },
  };
}

async function undo(
  guarded: {
    folder: string;
    files: ReadonlyMap<string, Buffer>;
    readMerged: (path: string) => Promise<string | undefined>;
  },
  changed: { before: Record<string, string>; after: Record<string, string> },
): Promise<void> {
  const { folder, files: before, readMerged } = guarded;
  const now = await read(folder);
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const [was, is] = [before.get(name), now.get(name)];
    if (was !== undefined && is?.equals(was)) continue;
    const path = `artifacts/${name.split(sep).join("/")}`;
    if (is !== undefined && (await readMerged(path)) === is.toString("utf8")) continue;
    if (was !== undefined) changed.before[path] = was.toString("utf8");
    if (is !== undefined) changed.after[path] = is.toString("utf8");
    if (was === undefined) await rm(join(folder, name), { force: true });
    else await writeArtifact(join(folder, name), was);
  }
}

async function read(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
  const texts = await Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      // A link that leads nowhere is a change like any other.
      return [relative(folder, path), await readFile(path).catch(() => Buffer.alloc(0))] as const;
    }),
  );
  return new Map(texts);
}
