import { readFileSync, statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
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

/** What was read of a folder's files, by path, and the state of their inodes then. */
export type ArtifactsMemory = Map<string, { stamp: string; bytes: Buffer }>;

/**
 * Remembers the artifacts as they are. Nothing of CCB writes into these folders while a session works, but for merges of other tasks: they put files that git holds back to `readMerged`, which is then no
 * change of the session's.
 */
export async function guardArtifacts(
  folders: readonly { folder: string; memory: ArtifactsMemory }[],
  readMerged: (path: string) => Promise<string | undefined> = async () => undefined,
): Promise<ArtifactsGuard> {
  const known = await Promise.all(
    folders.map(async ({ folder, memory }) => ({ folder, memory, files: await read(folder, memory) })),
  );
  return {
    async undoChanges() {
      const changed = { before: {} as Record<string, string>, after: {} as Record<string, string> };
      for (const { folder, files, memory } of known) await undo({ folder, files, memory, readMerged }, changed);
      return changed;
    },
  };
}

async function undo(
  guarded: {
    folder: string;
    files: ReadonlyMap<string, Buffer>;
    memory: ArtifactsMemory;
    readMerged: (path: string) => Promise<string | undefined>;
  },
  changed: { before: Record<string, string>; after: Record<string, string> },
): Promise<void> {
  const { folder, files: before, memory, readMerged } = guarded;
  const now = await read(folder, memory);
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

/** The files as they are now. One whose inode was not changed since it was last read holds what it held: a thousand pages are looked at, not read, before and after each session. */
async function read(folder: string, memory: ArtifactsMemory): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), readThrough(path, memory)] as const;
    }),
  );
}

/** Milliseconds after which another change of a file shows in its time. */
const settledMs = 100;

function readThrough(path: string, memory: ArtifactsMemory): Buffer {
  try {
    const { ino, size, ctimeNs } = statSync(path, { bigint: true });
    const stamp = `${ino} ${size} ${ctimeNs}`;
    const known = memory.get(path);
    if (known?.stamp === stamp) return known.bytes;
    const bytes = readFileSync(path);
    // The clock of a file system has ticks: what was written just now may be written again without another time.
    if (Date.now() - Number(ctimeNs / 1_000_000n) > settledMs) memory.set(path, { stamp, bytes });
    return bytes;
  } catch {
    // A link that leads nowhere is a change like any other.
    return Buffer.alloc(0);
  }
}
