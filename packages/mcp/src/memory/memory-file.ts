import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { emptyMemory, type MemoryGraph, parseMemoryGraph, renderMemoryGraph } from "./memory-graph.ts";

/** Reads the memory server's file; empty where there is none. `damagedLines` counts those that a killed process left half-written. */
export async function readMemoryGraph(path: string): Promise<{ graph: MemoryGraph; damagedLines: number }> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? { graph: emptyMemory, damagedLines: 0 } : parseMemoryGraph(text);
}

/** Writes the whole graph or nothing: temporary file, fsync, rename, fsync of the folder. No server may have the file open for writing. */
export async function writeMemoryGraph(path: string, graph: MemoryGraph): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await withFile(temporary, "w", async (file) => {
    await file.writeFile(renderMemoryGraph(graph));
    await file.sync();
  });
  await rename(temporary, path);
  await withFile(folder, "r", (directory) => directory.sync());
}

async function withFile(
  path: string,
  flags: string,
  work: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
